#include "lang/module/gather.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "ir/text.h"
#include "lang/brilisp/spelling.h"
#include "support/file.h"

namespace ll::lang {
namespace {

namespace fs = std::filesystem;

// How deep files may include each other; the reading of one nests in the reading of the other.
constexpr size_t kMaxIncludeDepth = 200;

struct Words {
  Symbol module{"module"}, include{"include"}, brilisp{"brilisp"}, clisp{"c-lisp"},
      cudalisp{"cuda-lisp"};
  Symbol later[2] = {Symbol("fl"), Symbol("prelisp")};
  std::vector<Symbol> known = {module, brilisp, clisp, cudalisp};
};
const Words& words() {
  static const Words w;
  return w;
}

class Gatherer {
 public:
  Gatherer(Arena& arena, Diags& diags, std::vector<LanguageForm>& forms)
      : arena_(arena), diags_(diags), forms_(forms) {}

  // A whole file: a module, or one form of a language.
  void file(const Sexp& program, const fs::path& path) {
    if (program.head() != words().module) return form(program, path, false);
    open_.push_back({path, {}});
    for (const Sexp& part : program.items().subspan(1)) {
      if (part.head() == words().include) include(part, path);
      else form(part, path, true);
    }
    open_.pop_back();
  }

 private:
  struct OpenFile {
    fs::path path;
    Span included;  // the include form that is at work
  };

  void form(const Sexp& x, const fs::path& path, bool is_part) {
    const Words& w = words();
    Symbol head = x.head();
    if (head == w.brilisp) {
      if (is_ir_text(x)) {
        diags_
            .error(Code::E0603, x.span(),
                   "IR text in a module of several forms is not supported yet")
            .suggest("make it the only form of a file");
        return;
      }
      forms_.push_back({Language::BriLisp, x});
    } else if (head == w.clisp) {
      forms_.push_back({Language::CLisp, x});
    } else if (head == w.cudalisp) {
      forms_.push_back({Language::CudaLisp, x});
    } else if (std::find(std::begin(w.later), std::end(w.later), head) != std::end(w.later)) {
      diags_.error(Code::E0603, x.span(), fmt::format("({} …) is not supported yet", head.str()));
    } else if (is_part && head == w.module) {
      diags_.error(Code::E0600, x.span(), "a module cannot stand in a module")
          .suggest("write its forms side by side");
    } else {
      unknown(x, path);
    }
  }

  void unknown(const Sexp& x, const fs::path&) {
    if (!x.head()) {
      diags_.error(Code::E0600, x.span(),
                   "a program is a list that starts with the name of its language");
      return;
    }
    Diag& d = diags_.error(Code::E0603, x[0].span(),
                           fmt::format("'{}' is not a language", x.head().str()));
    d.note({}, "a program is (brilisp …), (c-lisp …), (cuda-lisp …) or (module …)");
    brilisp::suggest_spelling(d, x.head(), words().known);
  }

  void include(const Sexp& x, const fs::path& from) {
    if (x.size() != 2 || !x[1].is_string()) {
      diags_.error(Code::E0600, x.span(), "malformed include").suggest("write (include \"path\")");
      return;
    }
    std::error_code ignored;
    fs::path named(std::string(x[1].string()));
    fs::path path = fs::weakly_canonical(from.parent_path() / named, ignored);
    if (path.empty()) path = from.parent_path() / named;
    open_.back().included = x.span();
    if (is_open(path, x)) return;
    if (std::find(done_.begin(), done_.end(), path) != done_.end()) return;
    done_.push_back(path);
    if (open_.size() >= kMaxIncludeDepth) {
      diags_.error(Code::E0601, x.span(),
                   fmt::format("includes nest deeper than {}", kMaxIncludeDepth));
      return;
    }
    std::string error;
    std::optional<std::string> text = read_file(path.string(), error);
    const SourceFile* source =
        text ? diags_.sources().add(path.lexically_proximate(fs::current_path(ignored)).string(),
                                    std::move(*text))
             : nullptr;
    if (!source) {
      if (text) error = "the program is larger than 4 GiB";
      diags_.error(Code::E0601, x.span(),
                   fmt::format("cannot include '{}': {}", named.string(), error));
      return;
    }
    if (const Sexp* program = read(*source, arena_, diags_)) file(*program, path);
  }

  // Reports a file that includes itself, through whichever others.
  bool is_open(const fs::path& path, const Sexp& x) {
    auto first =
        std::find_if(open_.begin(), open_.end(), [&](const OpenFile& f) { return f.path == path; });
    if (first == open_.end()) return false;
    Diag& d = diags_.error(Code::E0602, x.span(),
                           fmt::format("'{}' includes itself", path.filename().string()));
    for (auto f = first; f + 1 < open_.end(); ++f) d.note(f->included, "through this include");
    return true;
  }

  Arena& arena_;
  Diags& diags_;
  std::vector<LanguageForm>& forms_;
  std::vector<OpenFile> open_;  // from the first file to the current
  std::vector<fs::path> done_;
};

}  // namespace

bool gather(const Sexp& program, const std::string& path, Arena& arena, Diags& diags,
            std::vector<LanguageForm>& forms) {
  size_t errors = diags.error_count();
  std::error_code ignored;
  fs::path absolute = fs::weakly_canonical(fs::absolute(path, ignored), ignored);
  Gatherer(arena, diags, forms).file(program, absolute.empty() ? fs::path(path) : absolute);
  return diags.error_count() == errors;
}

}  // namespace ll::lang
