#include "lang/module/load.h"

#include "ir/text.h"
#include "lang/brilisp/lower.h"
#include "lang/clisp/lower.h"
#include "lang/cudalisp/lower.h"
#include "lang/module/check.h"
#include "lang/module/gather.h"
#include "lang/module/kernels.h"

namespace ll::lang {
namespace {

// Every form as BriLisp. Forms know each other's signatures, so all are brought to languages that
// have signatures before the first is lowered further. False after an error.
bool lower_to_brilisp(std::vector<LanguageForm>& forms, Arena& arena, Diags& diags) {
  bool ok = true;
  for (LanguageForm& f : forms) {
    if (f.language != Language::CudaLisp) continue;
    std::optional<Sexp> clisp = cudalisp::lower(f.form, arena, diags);
    ok = ok && clisp;
    f = {Language::CLisp, clisp.value_or(f.form)};
  }
  if (!ok) return false;

  brilisp::Signatures signatures;
  brilisp::SourceTypes types;
  for (const LanguageForm& f : forms) signatures.collect(f.form);
  signatures.declare_structs(types);
  clisp::Context context{types, signatures, arena};
  for (LanguageForm& f : forms) {
    if (f.language != Language::CLisp) continue;
    std::optional<Sexp> lowered = clisp::lower(f.form, context, diags);
    ok = ok && lowered;
    if (lowered) f = {Language::BriLisp, *lowered};
  }
  return ok;
}

}  // namespace

std::unique_ptr<Module> load(const Sexp& program, const std::string& path, Arena& arena,
                             Diags& diags) {
  if (is_ir_text(program)) return read_module(program, diags);
  std::vector<LanguageForm> forms;
  if (!gather(program, path, arena, diags, forms)) return nullptr;
  if (!lower_to_brilisp(forms, arena, diags)) return nullptr;

  auto module = std::make_unique<Module>(diags.sources());
  brilisp::Program lowered(*module, diags.sources());
  bool ok = true;
  for (const LanguageForm& f : forms) ok = brilisp::declare(f.form, lowered, diags) && ok;
  ok = brilisp::lower_bodies(lowered, diags) && ok;
  if (!ok || !choose_kernels(*module, lowered, diags)) return nullptr;
  if (!check_places(*module, lowered.uses_device_forms, diags)) return nullptr;
  return module;
}

}  // namespace ll::lang
