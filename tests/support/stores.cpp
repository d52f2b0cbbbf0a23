// SPDX-License-Identifier: BSL-1.0
// The stores that the tests share, compiled once.

#include "store.hpp"

template class cairn::store<test::everything, cairn::memory>;
template class cairn::store<test::everything, cairn::sqlite>;
template class cairn::store<test::everything, test::ordered_bytes>;
