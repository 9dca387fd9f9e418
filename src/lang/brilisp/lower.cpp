#include "lang/brilisp/lower.h"

#include <fmt/format.h>

#include "lang/brilisp/body.h"
#include "lang/brilisp/declare.h"
#include "lang/brilisp/signatures.h"

namespace ll::brilisp {
namespace {

bool add_item(const Sexp& item, Program& program, Diags& diags) {
  static const Symbol kStruct("define-struct"), kString("define-string"), kGlobal("define-global");
  if (!is_define(item.head())) {
    diags
        .error(Code::E0300, item.span(),
               fmt::format("'{}' is not an item of a program",
                           item.head() ? std::string(item.head().str()) : print(item)))
        .note({},
              "items are define, define-inline, define-kernel, define-struct, define-string and "
              "define-global");
    return false;
  }
  auto& list = item.head() == kStruct   ? program.struct_items
               : item.head() == kString ? program.string_items
               : item.head() == kGlobal ? program.global_items
                                        : program.function_items;
  list.push_back({&item, program.form_count});
  return true;
}

}  // namespace

bool declare(const Sexp& form, Program& program, Diags& diags) {
  static const Symbol kBrilisp("brilisp");
  if (form.head() != kBrilisp) {
    diags.error(Code::E0300, form.span(), "the form is not a BriLisp program")
        .suggest("write (brilisp item …)");
    return false;
  }
  bool ok = true;
  for (const Sexp& item : form.items().subspan(1)) ok = add_item(item, program, diags) && ok;
  ++program.form_count;
  return ok;
}

bool lower_bodies(Program& program, Diags& diags) {
  // Without its types nothing else of a program means anything.
  if (!declare_structs(program, diags)) return false;
  size_t errors = diags.error_count();
  declare_strings(program, diags);
  declare_globals(program, diags);
  declare_functions(program, diags);
  BodyLowering body(program, diags);
  for (size_t i = 0; i < program.functions.size(); ++i)  // calls may add prelude functions
    if (const FunctionEntry& f = program.functions[i]; f.item && !f.is_broken) body.run(f);
  return diags.error_count() == errors;
}

}  // namespace ll::brilisp
