// The rewriting of docs/language/cuda-lisp.md, one walk over the form.
#include "lang/cudalisp/lower.h"

#include <fmt/format.h>

#include <unordered_map>
#include <vector>

namespace ll::cudalisp {
namespace {

struct Intrinsic {
  std::string_view form, type, function;
};
constexpr Intrinsic kIntrinsics[] = {
#define INTRINSIC(form, type, function) {form, type, function},
#include "lang/cudalisp/forms.def"
#undef INTRINSIC
};
constexpr size_t kIntrinsicCount = std::size(kIntrinsics);

// The row of a form's name; kIntrinsicCount when it is none.
size_t intrinsic_index(Symbol name) {
  static const auto* rows = [] {
    auto* map = new std::unordered_map<Symbol, size_t>;
    for (size_t i = 0; i < kIntrinsicCount; ++i) map->emplace(Symbol(kIntrinsics[i].form), i);
    return map;
  }();
  auto it = rows->find(name);
  return it == rows->end() ? kIntrinsicCount : it->second;
}

// `tid.w`, `bid.0`: certainly meant as a work-item form.
bool looks_like_work_item_form(std::string_view name) {
  for (std::string_view prefix : {"tid.", "bid.", "bdim.", "gdim."})
    if (name.starts_with(prefix)) return true;
  return false;
}

class Lowering {
 public:
  Lowering(Arena& arena, Diags& diags) : build_(arena), diags_(diags) {}

  Sexp program(const Sexp& form) {
    items_.push_back(build_.symbol("c-lisp", form[0].span()));
    for (const Sexp& item : form.items().subspan(1)) {
      if (item.head() == kDefineKernel) items_.push_back(kernel(item));
      else if (item.head() == kDefineShared) items_.push_back(shared(item));
      else items_.push_back(item);
    }
    return build_.list(items_, form.span());
  }

 private:
  static inline const Symbol kDefineKernel{"define-kernel"}, kDefineShared{"define-shared"},
      kDeclareGlobal{"declare-global"}, kPtr{"ptr"}, kVoid{"void"};

  Sexp sym(std::string_view text, Span span) { return build_.symbol(text, span); }
  Sexp addrspace(int64_t number, Span span) {
    return build_.list({sym("addrspace", span), Sexp::integer(number, span)}, span);
  }

  // (define-shared name [N type])  ->  (define-global (name (arr N type)) (addrspace 3))
  Sexp shared(const Sexp& item) {
    Span span = item.span();
    if (item.size() != 3 || !item[1].is_symbol() || item[2].size() != 2 || !item[2][0].is_int()) {
      diags_.error(Code::E0501, span, "bad define-shared: expected a name and a [count type] list")
          .suggest("write (define-shared name [256 float])");
      return item;
    }
    Span array = item[2].span();
    Sexp type = build_.list({sym("arr", array), item[2][0], item[2][1]}, array);
    Sexp variable = build_.list({item[1], type}, cover(item[1].span(), array));
    return build_.list({sym("define-global", item[0].span()), variable, addrspace(3, span)}, span);
  }

  Sexp kernel(const Sexp& item) {
    // A malformed prototype is reported by C-Lisp, which knows everything about prototypes.
    if (item.size() < 2) return item;
    check_returns_void(item);
    if (item.size() == 2)
      diags_.error(Code::E0500, item.span(), "a kernel needs a body")
          .suggest("an empty one is written (define-kernel ((name void)) ())");
    std::vector<Sexp> parts{item[0], item[1]};
    for (const Sexp& statement : item.items().subspan(2)) parts.push_back(rewrite(statement));
    return build_.list(parts, item.span());
  }

  void check_returns_void(const Sexp& item) {
    const Sexp& prototype = item[1];
    if (prototype.size() < 1 || prototype[0].size() != 2) return;
    const Sexp& ret = prototype[0][1];
    if (ret.is_symbol(kVoid)) return;
    diags_
        .error(
            Code::E0502, ret.span(),
            fmt::format("kernel '{}' must return void, not {}", print(prototype[0][0]), print(ret)))
        .suggest("a kernel hands its results back through pointer parameters");
  }

  Sexp rewrite(const Sexp& x) {
    if (!x.is_list()) return x;
    if (x.size() == 1 && x[0].is_symbol()) return one_item_form(x);
    if (x.head() == kDeclareGlobal) return declare_global(x);
    std::vector<Sexp> items;
    items.reserve(x.size());
    for (const Sexp& item : x.items()) items.push_back(rewrite(item));
    return build_.list(items, x.span());
  }

  Sexp one_item_form(const Sexp& x) {
    Symbol name = x[0].symbol();
    size_t index = intrinsic_index(name);
    if (index == kIntrinsicCount) {
      if (looks_like_work_item_form(name.str()))
        diags_.error(Code::E0504, x.span(), fmt::format("unknown form [{}]", name.str()))
            .suggest("tid, bid, bdim and gdim have the dimensions x, y and z");
      return x;
    }
    declare_once(index, x.span());
    return build_.list({sym("call", x.span()), sym(kIntrinsics[index].function, x[0].span())},
                       x.span());
  }

  // (define ((function type))), before the kernel at work.
  void declare_once(size_t index, Span span) {
    if (declared_[index]) return;
    declared_[index] = true;
    const Intrinsic& row = kIntrinsics[index];
    Sexp name = build_.list({sym(row.function, span), sym(row.type, span)}, span);
    items_.push_back(build_.list({sym("define", span), build_.list({name}, span)}, span));
  }

  // (declare-global name (ptr T))  ->  (declare name (ptr T (addrspace 1)))
  Sexp declare_global(const Sexp& x) {
    if (x.size() != 3 || !x[1].is_symbol()) {
      diags_.error(Code::E0503, x.span(), "bad declare-global: expected a name and a pointer type");
      return x;
    }
    const Sexp& type = x[2];
    if (type.head() != kPtr || type.size() < 2) {
      diags_.error(Code::E0503, type.span(),
                   fmt::format("declare-global needs a pointer type, found {}", print(type)));
      return x;
    }
    if (type.size() > 2) {
      diags_
          .error(Code::E0505, type.span(),
                 fmt::format("declare-global '{}' already names an address space",
                             x[1].symbol().str()))
          .suggest("leave the address space out, or use declare");
      return x;
    }
    Sexp space = addrspace(1, type.span());
    Sexp global = build_.list({type[0], type[1], space}, type.span());
    return build_.list({sym("declare", x[0].span()), x[1], global}, x.span());
  }

  SexpBuilder build_;
  Diags& diags_;
  std::vector<Sexp> items_;  // of the c-lisp form so far
  bool declared_[kIntrinsicCount] = {};
};

}  // namespace

std::optional<Sexp> lower(const Sexp& form, Arena& arena, Diags& diags) {
  static const Symbol kHead{"cuda-lisp"};
  if (form.head() != kHead) {
    diags.error(Code::E0500, form.span(), "not a cuda-lisp program: expected (cuda-lisp item …)");
    return std::nullopt;
  }
  size_t before = diags.error_count();
  Sexp lowered = Lowering(arena, diags).program(form);
  if (diags.error_count() != before) return std::nullopt;
  return lowered;
}

}  // namespace ll::cudalisp
