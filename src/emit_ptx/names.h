// PTX symbols for the program's names. Names that PTX allows stay as they are.
#pragma once
#include <string>
#include <string_view>

namespace ll::ptx {

// Characters that PTX does not allow, `$`, and a leading digit become `$` and two hexadecimal
// digits, so different names stay different and `$` followed by anything else is free for us.
std::string mangle(std::string_view name);

}  // namespace ll::ptx
