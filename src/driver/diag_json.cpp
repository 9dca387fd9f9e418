#include <nlohmann/json.hpp>

#include "driver/session.h"

namespace ll::driver {
namespace {

using nlohmann::ordered_json;

ordered_json span_json(Span span, const SourceMap& sources) {
  Location at = sources.locate(span.lo), end = sources.locate(span.hi());
  if (!at.file) return nullptr;
  uint32_t base = at.file->base();
  return {{"file_name", at.file->name()},
          {"byte_start", span.lo - base},
          {"byte_end", span.hi() - base},
          {"line_start", at.line},
          {"line_end", end.file ? end.line : at.line},
          {"column_start", at.column},
          {"column_end", end.file ? end.column : at.column},
          {"is_primary", true},
          {"text", at.line_text},
          {"label", nullptr},
          {"suggested_replacement", nullptr},
          {"suggestion_applicability", nullptr}};
}

ordered_json spans_json(Span span, const SourceMap& sources) {
  ordered_json list = ordered_json::array();
  if (ordered_json s = span_json(span, sources); !s.is_null()) list.push_back(std::move(s));
  return list;
}

ordered_json child_json(std::string_view level, std::string_view message, Span span,
                        const SourceMap& sources) {
  return {{"message", message},
          {"code", nullptr},
          {"level", level},
          {"spans", spans_json(span, sources)},
          {"children", ordered_json::array()},
          {"rendered", nullptr}};
}

}  // namespace

std::string render_json(const Diag& diag, const SourceMap& sources) {
  ordered_json children = ordered_json::array();
  for (const Note& n : diag.notes)
    children.push_back(child_json("note", n.message, n.span, sources));
  if (!diag.help.empty()) children.push_back(child_json("help", diag.help, {}, sources));
  ordered_json line = {
      {"$message_type", "diagnostic"},
      {"message", diag.message},
      {"code", {{"code", code_name(diag.code)}, {"explanation", code_summary(diag.code)}}},
      {"level", diag.severity == Severity::Error ? "error" : "warning"},
      {"spans", spans_json(diag.span, sources)},
      {"children", std::move(children)},
      {"rendered", render(diag, sources, false)}};
  return line.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace ll::driver
