#include <unordered_map>

#include "lang/brilisp/body.h"

namespace ll::brilisp {
namespace {

constexpr Form kForms[] = {
#define VALUE(text, method, op, kind, operands, meaning) \
  {text, operands, meaning, true, &BodyLowering::method, Op::op, OperandKind::kind},
#define STATEMENT(text, method, op, kind, operands, meaning) \
  {text, operands, meaning, false, &BodyLowering::method, Op::op, OperandKind::kind},
#include "lang/brilisp/forms.def"
#undef VALUE
#undef STATEMENT
};

struct Index {
  std::unordered_map<Symbol, const Form*> by_name;
  std::vector<Symbol> names;
  Index() {
    for (const Form& f : kForms) {
      names.push_back(Symbol(f.text));
      by_name[names.back()] = &f;
    }
  }
};
const Index& forms() {
  static const Index index;
  return index;
}

}  // namespace

const Form* find_form(Symbol head) {
  auto found = forms().by_name.find(head);
  return found == forms().by_name.end() ? nullptr : found->second;
}

const std::vector<Symbol>& form_names() { return forms().names; }

}  // namespace ll::brilisp
