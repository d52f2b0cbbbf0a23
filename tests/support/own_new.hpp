// SPDX-License-Identifier: BSL-1.0
// Whether a test program may bring its own operator new: the thread sanitizer brings one itself,
// and does not let it be replaced.
#pragma once

#if defined(__SANITIZE_THREAD__)
#define CAIRN_TEST_OWN_NEW 0
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CAIRN_TEST_OWN_NEW 0
#else
#define CAIRN_TEST_OWN_NEW 1
#endif
#else
#define CAIRN_TEST_OWN_NEW 1
#endif
