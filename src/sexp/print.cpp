#include <fmt/format.h>

#include <cmath>
#include <variant>
#include <vector>

#include "sexp/number.h"
#include "sexp/sexp.h"

namespace ll {
namespace {

void append_string(std::string& out, std::string_view bytes) {
  out += '"';
  for (char c : bytes) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
          out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        else out += c;
    }
  }
  out += '"';
}

// Whether the bare text would read as something other than this one symbol.
bool needs_braces(std::string_view name) {
  if (name.empty() || name == "." || name[0] == '#' || name[0] == '\'' || name[0] == '`' ||
      name[0] == ',')
    return true;
  if (name.find_first_of(" \t\n\r\f()[]\";") != std::string_view::npos) return true;
  return !std::holds_alternative<NotANumber>(parse_number(name, {}));
}

void append_leaf(std::string& out, const Sexp& x) {
  switch (x.kind()) {
    case SexpKind::List:
      break;
    case SexpKind::Symbol: {
      std::string_view name = x.symbol().str();
      if (needs_braces(name)) out.append("#{").append(name).append("}#");
      else out += name;
      break;
    }
    case SexpKind::Int:
      if (x.is_big()) out += x.digits();
      else fmt::format_to(std::back_inserter(out), "{}", x.integer());
      break;
    case SexpKind::Float: {
      double v = x.real();
      if (std::isnan(v)) out += "+nan.0";
      else if (std::isinf(v)) out += v < 0 ? "-inf.0" : "+inf.0";
      else {
        std::string digits = fmt::format("{}", v);
        out += digits;
        if (digits.find_first_of(".e") == std::string::npos) out += ".0";
      }
      break;
    }
    case SexpKind::Bool:
      out += x.boolean() ? "#t" : "#f";
      break;
    case SexpKind::String:
      append_string(out, x.string());
      break;
  }
}

// A list that is being printed: the next item to come.
struct Cursor {
  const Sexp* list;
  uint32_t next;
};

// Prints x on one line; gives up (returns false) once the text is longer than `limit`.
bool append_flat(std::string& out, const Sexp& x, size_t limit) {
  std::vector<Cursor> open;
  auto begin = [&](const Sexp& item) {
    if (!item.is_list()) return append_leaf(out, item);
    out += '(';
    open.push_back({&item, 0});
  };
  begin(x);
  while (!open.empty() && out.size() <= limit) {
    Cursor& c = open.back();
    if (c.next == c.list->size()) {
      out += ')';
      open.pop_back();
      continue;
    }
    if (c.next > 0) out += ' ';
    begin((*c.list)[c.next++]);
  }
  return out.size() <= limit;
}

// Columns that a level of nesting adds; deep data must not run off to the right for ever.
constexpr unsigned kIndent = 2, kMaxIndent = 60;

}  // namespace

std::string print(const Sexp& x) {
  std::string out;
  append_flat(out, x, SIZE_MAX);
  return out;
}

std::string print_pretty(const Sexp& x, unsigned width) {
  std::string out, flat;
  std::vector<Cursor> open;
  auto indent = [&] { return std::min<size_t>(kIndent * open.size(), kMaxIndent); };
  auto begin = [&](const Sexp& item) {
    flat.clear();
    size_t room = width > indent() ? width - indent() : 1;
    if (!item.is_list() || append_flat(flat, item, room)) {
      if (!item.is_list()) append_leaf(out, item);
      else out += flat;
      return;
    }
    out += '(';
    open.push_back({&item, 0});
  };
  begin(x);
  while (!open.empty()) {
    Cursor& c = open.back();
    if (c.next == c.list->size()) {
      out += ')';
      open.pop_back();
      continue;
    }
    // The head and a leaf or short list behind it stay on the opening line.
    const Sexp& item = (*c.list)[c.next];
    bool first = c.next++ == 0;
    flat.clear();
    bool beside_head = c.next == 2 && (!item.is_list() || append_flat(flat, item, 40));
    if (beside_head) {
      out += ' ';
    } else if (!first) {
      out += '\n';
      out.append(indent(), ' ');
    }
    begin(item);
  }
  return out;
}

}  // namespace ll
