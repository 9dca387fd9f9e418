// The forms of a module, with those of included files in place of the includes.
#pragma once
#include <string>
#include <vector>

#include "sexp/sexp.h"
#include "support/arena.h"
#include "support/diag.h"

namespace ll::lang {

enum class Language : uint8_t { BriLisp, CLisp, CudaLisp };

struct LanguageForm {
  Language language;
  Sexp form;
};

// False after an error. Forms of unusable parts are left out.
bool gather(const Sexp& program, const std::string& path, Arena& arena, Diags& diags,
            std::vector<LanguageForm>& forms);

}  // namespace ll::lang
