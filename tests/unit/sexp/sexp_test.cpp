#include "sexp/sexp.h"

#include <gtest/gtest.h>

namespace ll {
namespace {

struct Reading {
  SourceMap sources;
  Diags diags{sources};
  Arena arena;
  const Sexp* root = nullptr;

  explicit Reading(std::string text) {
    root = read(*sources.add("t", std::move(text)), arena, diags);
  }
  std::string code() const {
    return diags.all().empty() ? "" : std::string(code_name(diags.all()[0].code));
  }
  std::string place() const {
    return diags.all().empty() ? "" : sources.describe(diags.all()[0].span);
  }
};

std::string again(std::string text) {
  Reading r(std::move(text));
  return r.root ? print(*r.root) : "error " + r.code() + " " + r.place();
}

TEST(Reader, Symbols) {
  for (const char* s : {"12-idx",
                        "1+",
                        "-",
                        "+",
                        "-a",
                        "+b",
                        "<=?",
                        "a/b",
                        "a:b",
                        "a^b",
                        "a@b",
                        "a~b",
                        "a!b",
                        "a$b",
                        "a%b",
                        "a&b",
                        "a*b",
                        "a=b",
                        "a?b",
                        "a_b",
                        "x.y",
                        "tid.x",
                        "__syncthreads",
                        "llvm.nvvm.read.ptx.sreg.tid.x",
                        "3.0f",
                        "1.2.3",
                        "0x10",
                        "1_000",
                        "a#b",
                        "?",
                        "?*",
                        "..",
                        "...",
                        ".c",
                        "{a",
                        "b}",
                        "a'b",
                        "a|b",
                        "é",
                        "1e",
                        "1e+",
                        "+.",
                        "1/",
                        "/2",
                        "1/2/3",
                        "a,b"}) {
    Reading r(s);
    ASSERT_TRUE(r.root) << s;
    EXPECT_TRUE(r.root->is_symbol()) << s;
    EXPECT_EQ(r.root->symbol().str(), s);
    EXPECT_EQ(print(*r.root), s);
  }
  EXPECT_EQ(again("#{a b}#"), "#{a b}#");
  EXPECT_EQ(again("#{12}#"), "#{12}#");
}

TEST(Reader, Numbers) {
  struct {
    const char *text, *printed;
  } rows[] = {{"5", "5"},
              {"-5", "-5"},
              {"+5", "5"},
              {"007", "7"},
              {"1.5", "1.5"},
              {".5", "0.5"},
              {"-.25", "-0.25"},
              {"1.", "1.0"},
              {"1e3", "1000.0"},
              {"1E3", "1000.0"},
              {"1e-5", "1e-05"},
              {"1.5e3", "1500.0"},
              {"6.02d23", "6.02e+23"},
              {"1s2", "100.0"},
              {"1f2", "100.0"},
              {"1l2", "100.0"},
              {"1/2", "0.5"},
              {"4/2", "2"},
              {"-4/2", "-2"},
              {"#xff", "255"},
              {"#b101", "5"},
              {"#o17", "15"},
              {"#d10", "10"},
              {"#x-1f", "-31"},
              {"#e1.5", "1.5"},
              {"#e2.0", "2"},
              {"#i3", "3.0"},
              {"-0.0", "-0.0"},
              {"+inf.0", "+inf.0"},
              {"-inf.0", "-inf.0"},
              {"+nan.0", "+nan.0"},
              {"9223372036854775807", "9223372036854775807"},
              {"-9223372036854775808", "-9223372036854775808"},
              {"9223372036854775808", "9223372036854775808"},
              {"123456789012345678901234567890", "123456789012345678901234567890"},
              {"1e-400", "0.0"},
              {"1e+2", "100.0"},
              {"4.9e-324", "5e-324"}};
  for (auto& row : rows) EXPECT_EQ(again(row.text), row.printed) << row.text;
  Reading big("123456789012345678901234567890");
  EXPECT_TRUE(big.root->is_big());
  EXPECT_EQ(static_cast<uint64_t>(big.root->integer()), 0xC373E0EE4E3F0AD2ull);
  EXPECT_EQ(Reading("-18446744073709551617").root->integer(), -1);
  EXPECT_TRUE(Reading("1.0").root->is_float());
  EXPECT_TRUE(Reading("1").root->is_int());
}

TEST(Reader, ListsAndComments) {
  EXPECT_EQ(again("[tid.x]"), "(tid.x)");
  EXPECT_EQ(again("(a [64 int] () [])"), "(a (64 int) () ())");
  EXPECT_EQ(again("; c\n(a ; b\n c #| x #| y |# z |# d)"), "(a c d)");
  EXPECT_EQ(again("(a #;(b c) d #;e)"), "(a d)");
  EXPECT_EQ(again("#;a b"), "b");
  EXPECT_EQ(again("(a #;#;b c d)"), "(a d)");
  EXPECT_EQ(again("#! x !# #!fold-case Foo"), "Foo");
  EXPECT_EQ(again("(#t #true #f #false #nil)"), "(#t #t #f #f ())");
  EXPECT_EQ(again("'(a `b ,c ,@d)"), "(quote (a (quasiquote b) (unquote c) (unquote-splicing d)))");
  EXPECT_EQ(again("(a'b c,d)"), "(a'b c,d)");
}

TEST(Reader, OnlyTheFirstDatum) {
  Reading r("(a) )) \"");
  ASSERT_TRUE(r.root);
  EXPECT_FALSE(r.diags.has_errors());
  EXPECT_EQ(r.code(), "W0111");
  EXPECT_TRUE(Reading("(a) ; done\n").diags.all().empty());
}

TEST(Reader, Strings) {
  EXPECT_EQ(Reading(R"("a\n\t\r\a\b\f\v\\\"\x41;\u00e9\U01f600")").root->string(),
            "a\n\t\r\a\b\f\v\\\"A;\xc3\xa9\xf0\x9f\x98\x80");
  EXPECT_EQ(Reading("\"a\\0b\"").root->string(), std::string_view("a\0b", 3));
  EXPECT_EQ(Reading("\"a\\\n  b\nc\"").root->string(), "a  b\nc");
  EXPECT_EQ(again("\"q\\\" b\\\\ n\\n \\x01\""), "\"q\\\" b\\\\ n\\n \\x01\"");
  Reading spelt("(string foo)");
  EXPECT_EQ(string_literal(*spelt.root), "foo");
  EXPECT_EQ(string_literal(*Reading("(string \"\")").root), "");
  EXPECT_FALSE(string_literal(*Reading("(strin foo)").root));
}

TEST(Reader, ErrorsHaveAPlace) {
  struct {
    const char *text, *result;
  } rows[] = {{"", "error E0100 t:1:1"},
              {"; only\n", "error E0100 t:1:1"},
              {"(a\n (b c", "error E0101 t:2:2"},
              {")", "error E0102 t:1:1"},
              {"(a]", "error E0103 t:1:3"},
              {"[a)", "error E0103 t:1:3"},
              {"(a \"b", "error E0104 t:1:4"},
              {"(a #| b", "error E0104 t:1:4"},
              {"(a \"\\q\")", "error E0105 t:1:5"},
              {"\"\\x4\"", "error E0105 t:1:2"},
              {"\"\\ud800\"", "error E0105 t:1:2"},
              {"(a #zz)", "error E0106 t:1:4"},
              {"(a 1e400)", "error E0107 t:1:4"},
              {"1/0", "error E0107 t:1:1"},
              {"#xfg", "error E0107 t:1:1"},
              {"(a . b)", "error E0108 t:1:4"},
              {"#(a)", "error E0108 t:1:1"},
              {"#\\a", "error E0108 t:1:1"},
              {"#:k", "error E0108 t:1:1"},
              {"(a ')", "error E0101 t:1:4"},
              {"(a #;)", "error E0101 t:1:4"},
              {"'", "error E0101 t:1:1"},
              {"(é \"", "error E0104 t:1:4"},
              {"(a \xff)", "error E0110 t:1:4"},
              {"#{a", "error E0104 t:1:1"}};
  for (auto& row : rows) EXPECT_EQ(again(row.text), row.result) << row.text;
  EXPECT_EQ(again(std::string("(a \0 b)", 7)), "error E0110 t:1:4");
}

TEST(Reader, Limits) {
  std::string at(kMaxDepth, '('), close(kMaxDepth, ')');
  EXPECT_TRUE(Reading(at + close).root);
  EXPECT_EQ(again("(" + at + close + ")"), "error E0109 t:1:1001");
  EXPECT_EQ(again(std::string(1'000'000, '(')), "error E0109 t:1:1001");
  EXPECT_EQ(again(std::string(1'000'000, '\'')), "error E0109 t:1:1001");
  EXPECT_TRUE(Reading(std::string(kMaxSymbol, 'a')).root);
  EXPECT_EQ(again(std::string(kMaxSymbol + 1, 'a')), "error E0112 t:1:1");
  EXPECT_TRUE(Reading(std::string(kMaxNumber, '1')).root);
  EXPECT_EQ(again(std::string(kMaxNumber + 1, '1')), "error E0107 t:1:1");
  EXPECT_EQ(again(std::string(1'000'000, '1')), "error E0107 t:1:1");
}

TEST(Reader, SpansCoverTheWholeDatum) {
  Reading r("(ab (c\n d) \"e\")");
  const Sexp& x = *r.root;
  EXPECT_EQ(x.span().len, 15u);
  EXPECT_EQ(x[0].span().len, 2u);
  EXPECT_EQ(x[1].span().len, 6u);
  EXPECT_EQ(x[2].span().len, 3u);
}

TEST(Printer, PrettyReadsBack) {
  std::string text =
      "(c-lisp (define ((f int) (a int)) (if (lt a 1) (ret 1)) (ret (mul a (call f (sub a 1)))))"
      " (define ((g void)) (call puts \"some longer text to fill the line\")))";
  Reading r(text);
  std::string pretty = print_pretty(*r.root, 40);
  EXPECT_GT(std::count(pretty.begin(), pretty.end(), '\n'), 3);
  Reading back(pretty);
  ASSERT_TRUE(back.root) << pretty;
  EXPECT_TRUE(equal(*r.root, *back.root)) << pretty;
}

TEST(Json, BothWays) {
  Reading r(
      "(c-lisp (define ((f int)) (ret (g -1 2.5 \"a\\\"b\" #t () 1.0 -0.0 1e300 null "
      "99999999999999999999999))))");
  std::string json = to_json(*r.root);
  EXPECT_EQ(
      json,
      R"(["c-lisp", ["define", [["f", "int"]], ["ret", ["g", -1, 2.5, ["string", "a\"b"], true, [], 1.0, -0.0, 1.0e+300, null, 99999999999999999999999]]]])");
  Reading back("x");
  const Sexp* x = from_json(*back.sources.add("j", json), back.arena, back.diags);
  ASSERT_TRUE(x);
  EXPECT_TRUE(equal(*r.root, *x)) << print(*x);
}

TEST(Json, Errors) {
  const std::string texts[] = {"", "{\"a\": 1}", "[1, 2", "[\"string\", \"a\", \"b\"]", "[1] x",
                               std::string(1'000'000, '[')};
  for (const std::string& text : texts) {
    Reading r("x");
    EXPECT_FALSE(from_json(*r.sources.add("j", text), r.arena, r.diags)) << text.substr(0, 40);
    ASSERT_TRUE(r.diags.has_errors());
    EXPECT_EQ(code_name(r.diags.all()[0].code), "E0113");
  }
}

}  // namespace
}  // namespace ll
