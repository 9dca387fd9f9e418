#include "driver/externals.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "runtime/prelude.h"

namespace ll::driver {

bool Externals::open_libraries(const std::vector<std::string>& libs, std::string& error) {
  for (const std::string& lib : libs) {
    void* handle = ::dlopen(lib.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) return error = ::dlerror(), false;
    handles_.push_back(handle);
  }
  return true;
}

void* Externals::find(Symbol name) {
  auto [at, fresh] = found_.try_emplace(name, nullptr);
  if (!fresh) return at->second;
  for (const PreludeSymbol& s : prelude())
    if (s.name == name.str()) return at->second = s.address;
  std::string text(name.str());
  at->second = ::dlsym(RTLD_DEFAULT, text.c_str());
  // The C library's mathematics is a library of its own where it is not part of the C library.
  static void* const libm = ::dlopen("libm.so.6", RTLD_NOW | RTLD_LOCAL);
  if (!at->second && libm) at->second = ::dlsym(libm, text.c_str());
  for (size_t i = 0; !at->second && i < handles_.size(); ++i)
    at->second = ::dlsym(handles_[i], text.c_str());
  return at->second;
}

bool Externals::check(const Module& m, Diags& diags) {
  bool all_found = true;
  std::vector<bool> called(m.functions.size());
  for (auto& f : m.functions)
    for (BlockId b : f->layout)
      for (ValueId v : f->block(b).insts)
        if (const Inst& i = f->inst(v); i.op == Op::Call) called[static_cast<size_t>(i.imm)] = true;
  for (size_t i = 0; i < called.size(); ++i) {
    const Function& f = *m.functions[i];
    if (!called[i] || f.has_body() || find(f.link_name)) continue;
    diags.error(Code::E0901, f.span,
                fmt::format("'{}' is declared and called, but neither the program, the prelude, "
                            "the C library nor a --lib defines it",
                            f.link_name.str()));
    all_found = false;
  }
  return all_found;
}

}  // namespace ll::driver
