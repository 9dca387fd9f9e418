// The JSON form of a datum. JSON is read by events, never into a tree of the library's, so depth
// and size are ours to bound.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "sexp/number.h"
#include "sexp/sexp.h"

namespace ll {
namespace {

const Symbol kNull("null"), kString("string");

std::string quoted(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string json_leaf(const Sexp& x) {
  switch (x.kind()) {
    case SexpKind::List:
      break;
    case SexpKind::Symbol:
      return x.symbol() == kNull ? "null" : quoted(x.symbol().str());
    case SexpKind::Int:
    case SexpKind::Float: {
      std::string text = print(x);  // 1 and 1.0 are JSON as they are
      if (size_t e = text.find("e"); e != std::string::npos && text.find('.') == std::string::npos)
        text.insert(e, ".0");
      return text.starts_with('+') ? text.substr(1) : text;
    }
    case SexpKind::Bool:
      return x.boolean() ? "true" : "false";
    case SexpKind::String:
      return "[\"string\", " + quoted(x.string()) + "]";
  }
  return {};
}

class JsonReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  JsonReader(const SourceFile& file, Arena& arena, Diags& diags)
      : arena_(arena), diags_(diags), span_(file.span(0, file.text().size())), file_(file) {}

  const Sexp* root() {
    if (failed_ || pending_.size() != 1) return nullptr;
    Sexp* x = static_cast<Sexp*>(arena_.allocate(sizeof(Sexp), alignof(Sexp)));
    return new (x) Sexp(pending_[0]);
  }

  bool null() override { return add(Sexp::symbol(kNull, span_)); }
  bool boolean(bool v) override { return add(Sexp::boolean(v, span_)); }
  bool number_integer(int64_t v) override { return add(Sexp::integer(v, span_)); }
  bool number_unsigned(uint64_t v) override {
    if (v <= INT64_MAX) return add(Sexp::integer(static_cast<int64_t>(v), span_));
    return add(Sexp::big_integer(v, fmt::format("{}", v), span_));
  }
  bool number_float(double v, const std::string& text) override {
    // The library turns integers beyond 64 bits into floats; their kind must survive.
    if (text.find_first_of(".eE") != std::string::npos) return add(Sexp::real(v, span_));
    auto number = parse_number(text, span_);
    if (auto* x = std::get_if<Sexp>(&number)) return add(*x);
    return fail("a number that is too long");
  }
  bool string(std::string& v) override {
    // Whether this is a symbol or the text of a string literal is known when the array closes.
    if (v.size() > kMaxSymbol && !after_string_head()) return fail("a symbol that is too long");
    if (after_string_head()) return add(Sexp::string(arena_.copy(v), span_));
    return add(Sexp::symbol(Symbol(v), span_));
  }
  bool binary(binary_t&) override { return fail("binary data"); }
  bool start_object(size_t) override {
    return fail("an object; only arrays, strings, numbers, booleans and null have a meaning");
  }
  bool key(std::string&) override { return false; }
  bool end_object() override { return false; }
  bool start_array(size_t) override {
    if (open_.size() >= kMaxDepth)
      return fail(fmt::format("arrays nested deeper than {} levels", kMaxDepth));
    open_.push_back(pending_.size());
    return true;
  }
  bool end_array() override {
    auto items = std::span<const Sexp>(pending_).subspan(open_.back());
    Sexp x;
    if (items.size() == 2 && items[0].is_symbol(kString) && items[1].is_string()) {
      x = items[1];
    } else {
      for (const Sexp& item : items)  // ["string", "a", …] is a plain list
        if (item.is_string() && is_raw(item)) return fail("\"string\" takes exactly one text");
      x = Sexp::list(arena_.copy(items), span_);
    }
    pending_.resize(open_.back());
    open_.pop_back();
    raw_ = nullptr;
    return add(x);
  }
  bool parse_error(size_t at, const std::string&, const nlohmann::json::exception&) override {
    if (!failed_) {
      size_t offset = std::min(at > 0 ? at - 1 : 0, file_.text().size());
      diags_.error(Code::E0113, file_.span(offset, 1), "this is not JSON");
    }
    failed_ = true;
    return false;
  }

 private:
  bool after_string_head() const {
    return !open_.empty() && pending_.size() == open_.back() + 1 &&
           pending_.back().is_symbol(kString);
  }
  bool is_raw(const Sexp& item) const { return raw_ && item.string().data() == raw_; }
  bool add(Sexp x) {
    if (x.is_string() && after_string_head()) raw_ = x.string().data();
    pending_.push_back(x);
    return true;
  }
  bool fail(std::string what) {
    if (!failed_)
      diags_.error(Code::E0113, file_.span(0, 1), "the JSON text holds " + std::move(what));
    failed_ = true;
    return false;
  }

  Arena& arena_;
  Diags& diags_;
  Span span_;
  const SourceFile& file_;
  bool failed_ = false;
  const char* raw_ = nullptr;  // text behind a "string" head
  std::vector<Sexp> pending_;
  std::vector<size_t> open_;
};

}  // namespace

std::string to_json(const Sexp& x) {
  struct Cursor {
    const Sexp* list;
    uint32_t next;
  };
  std::string out;
  std::vector<Cursor> open;
  auto begin = [&](const Sexp& item) {
    if (!item.is_list()) return void(out += json_leaf(item));
    out += '[';
    open.push_back({&item, 0});
  };
  begin(x);
  while (!open.empty()) {
    Cursor& c = open.back();
    if (c.next == c.list->size()) {
      out += ']';
      open.pop_back();
      continue;
    }
    if (c.next > 0) out += ", ";
    begin((*c.list)[c.next++]);
  }
  return out;
}

const Sexp* from_json(const SourceFile& file, Arena& arena, Diags& diags) {
  JsonReader reader(file, arena, diags);
  nlohmann::json::sax_parse(file.text(), &reader);
  return reader.root();
}

}  // namespace ll
