// SPDX-License-Identifier: BSL-1.0
// Fuzz target for the decoders of records, keys and JSON:
// clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude tests/fuzz/record.cpp
// and run with -rss_limit_mb=512 -malloc_limit_mb=64 -timeout=5.
#include "record_properties.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    fuzz::try_bytes(std::as_bytes(std::span{data, size}));
    return 0;
}
