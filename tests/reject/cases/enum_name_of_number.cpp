// SPDX-License-Identifier: BSL-1.0
// error, at most 12 lines, about int: cairn::names: only an enum has names: cairn::names<E>
#include "../model.hpp"

#ifdef ACCEPT
inline constexpr auto shades = cairn::names<color>({{color::red, "red"}, {color::blue, "blue"}});
#else
inline constexpr auto shades = cairn::names<int>({{1, "red"}, {2, "blue"}}); // here
#endif
