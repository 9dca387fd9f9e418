// Internal to text_read*.cpp: what reading items and reading bodies share.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ir/ir.h"
#include "sexp/sexp.h"

namespace ll {

// Types, names and numbers of the text form, and complaints about them. Every method that gives
// nothing (or an invalid id) has reported why.
class TextReader {
 public:
  TextReader(Module& m, Diags& d) : module(m), diags(d) {}
  Module& module;
  Diags& diags;

  Diag& malformed(Span at, std::string message) {
    return diags.error(Code::E0200, at, std::move(message));
  }
  Diag& unknown(Span at, std::string message) {
    return diags.error(Code::E0203, at, std::move(message));
  }
  Diag& duplicate(Span at, std::string message) {
    return diags.error(Code::E0204, at, std::move(message));
  }
  Diag& out_of_range(Span at, std::string message) {
    return diags.error(Code::E0205, at, std::move(message));
  }

  TypeId type(const Sexp& x);  // any type, void too
  TypeId scalar_type(const Sexp& x);
  TypeId object_type(const Sexp& x);  // what memory can hold

  // A symbol; the empty symbol after a complaint that `what` was expected.
  Symbol name(const Sexp& x, std::string_view what);
  std::optional<int64_t> integer(const Sexp& x, int64_t least, int64_t most, std::string_view what);
  // The N of (word N), which must have exactly one integer.
  std::optional<int64_t> attribute(const Sexp& x, int64_t least, int64_t most);
  // The N of (align N), as its logarithm.
  std::optional<uint16_t> align_log2(const Sexp& x);
  // A literal of a scalar type, as the bits of a constant.
  std::optional<int64_t> literal(TypeId type, const Sexp& x);

 private:
  TypeId array_type(const Sexp& x);
  TypeId struct_type(const Sexp& x);
  TypeId pointer_type(const Sexp& x);
  std::optional<int64_t> float_literal(TypeId type, const Sexp& x);
};

// Whether x is a list of exactly (word item).
bool is_pair(const Sexp& x, std::string_view word);

// The instructions of `define`, from item `first` on, into f, whose head has been read.
void read_body(TextReader& reader, Function& f, const Sexp& define, uint32_t first);

}  // namespace ll
