// Modules of several forms, includes, and who may use what.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "lang/module/kernels.h"
#include "lang/module/load.h"
#include "unit/brilisp/execute.h"

namespace ll::test {
namespace {

Outcome load_at(const std::string& path, const std::string& text) {
  Outcome out;
  SourceMap sources;
  Diags diags(sources);
  Arena arena;
  const Sexp* form = read(*sources.add("test.lisp", text), arena, diags);
  std::unique_ptr<Module> module = form ? lang::load(*form, path, arena, diags) : nullptr;
  EXPECT_EQ(module == nullptr, diags.has_errors());
  if (module) execute(*module, diags, out);
  else take_diagnostics(diags, out);
  return out;
}

Outcome load(const std::string& text) { return load_at("test.lisp", text); }

std::string codes(const Outcome& o) {
  std::string out;
  for (Code c : o.codes) out += (out.empty() ? "" : " ") + std::string(code_name(c));
  return out;
}

TEST(Module, FormsOfSeveralLanguagesCallEachOther) {
  Outcome o = load(R"((module
    (c-lisp (define ((main int)) (call print (call twice 21)) (ret 0)))
    (brilisp (define ((twice int) (n int)) (set (r int) (call add_up n n)) (ret r)))
    (c-lisp (define ((add_up int) (a int) (b int)) (ret (add a b))))))");
  EXPECT_EQ(o.diagnostics, "");
  EXPECT_EQ(o.output, "42");
}

TEST(Module, HostLaunchesAKernel) {
  Outcome o = load(R"((module
    (cuda-lisp (define-kernel ((saxpy void) (n int) (a float) (x (ptr float)) (y (ptr float)))
      (declare i int)
      (set i (add [tid.x] (mul [bid.x] [bdim.x])))
      (if (lt i n) (store (ptradd y i) (fadd (fmul a (load (ptradd x i))) (load (ptradd y i)))))))
    (c-lisp (define ((main int))
      (declare x (ptr float (addrspace 1)))
      (set x (device-alloc float 1000))
      (launch (saxpy 8 128) 1000 2.0 x x)
      (device-free x)
      (ret 0)))))");
  EXPECT_EQ(o.diagnostics, "");
  EXPECT_EQ(o.output.substr(0, 10), "alloc 4000");
  EXPECT_NE(o.output.find("launch saxpy 8,1,1,128,1,1"), std::string::npos) << o.output;
}

TEST(Module, IrTextIsAProgram) {
  Outcome o = load("(brilisp (ir-version \"1.0\") (define ((main int)) (ret 7)))");
  EXPECT_EQ(o.diagnostics, "");
  EXPECT_EQ(o.result, 7);
}

TEST(Module, MalformedForms) {
  EXPECT_EQ(codes(load("(module 5)")), "E0600");
  EXPECT_EQ(codes(load("5")), "E0600");
  EXPECT_EQ(codes(load("(module (module))")), "E0600");
  EXPECT_EQ(codes(load("(module (include file))")), "E0600");
  EXPECT_EQ(codes(load("(clisp)")), "E0603");
  EXPECT_EQ(codes(load("(module (fl 1) (prelisp) (brilisp (ir-version \"1.0\")))")),
            "E0603 E0603 E0603");
  EXPECT_NE(load("(c-lsip)").diagnostics.find("did you mean 'c-lisp'?"), std::string::npos);
}

class ModuleFiles : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder() / "sub"); }
  void TearDown() override { std::filesystem::remove_all(folder()); }
  std::filesystem::path folder() const {
    return std::filesystem::path(testing::TempDir()) /
           testing::UnitTest::GetInstance()->current_test_info()->name();
  }
  void file(const std::string& name, const std::string& text) {
    std::ofstream(folder() / name) << text;
  }
  Outcome load_here(const std::string& text) {
    return load_at((folder() / "main.lisp").string(), text);
  }
};

TEST_F(ModuleFiles, AreIncludedOnceRelativeToTheIncludingFile) {
  file("sub/a.lisp", "(module (include \"b.lisp\") (include \"../sub/b.lisp\"))");
  file("sub/b.lisp", "(c-lisp (define ((seven int)) (ret 7)))");
  Outcome o = load_here(
      "(module (include \"sub/a.lisp\") (include \"sub/b.lisp\")"
      "(c-lisp (define ((main int)) (ret (call seven)))))");
  EXPECT_EQ(o.diagnostics, "");
  EXPECT_EQ(o.result, 7);
}

TEST_F(ModuleFiles, MustExistAndHoldNoCycle) {
  EXPECT_EQ(codes(load_here("(module (include \"absent.lisp\"))")), "E0601");
  file("main.lisp", "(module (include \"x.lisp\"))");
  file("x.lisp", "(module (include \"main.lisp\"))");
  Outcome o = load_here("(module (include \"x.lisp\"))");
  EXPECT_EQ(codes(o), "E0602");
  EXPECT_NE(o.diagnostics.find("through this include"), std::string::npos) << o.diagnostics;
}

TEST(Places, DeviceOperationsInHostCode) {
  Outcome o = load(R"((c-lisp
    (define ((llvm.nvvm.read.ptx.sreg.tid.x int)))
    (define ((index int)) (ret (call llvm.nvvm.read.ptx.sreg.tid.x)))
    (define ((main int)) (ret (call index)))))");
  EXPECT_EQ(codes(o), "E0604");
  EXPECT_NE(o.diagnostics.find("'index' is called here, by 'main'"), std::string::npos)
      << o.diagnostics;
}

TEST(Places, HostFunctionsInKernels) {
  Outcome o = load(R"((c-lisp
    (define ((puts int) (s (ptr int8))))
    (define ((helper void)) (call puts "x"))
    (define-kernel ((k void)) (call helper))))");
  EXPECT_EQ(codes(o), "E0605");
  o = load(R"((brilisp
    (define ((helper void)) (set (u void) (call print 1)) (ret))
    (define-kernel ((k void)) (set (u void) (call helper)) (ret))))");
  EXPECT_EQ(codes(o), "E0605");
  EXPECT_NE(o.diagnostics.find("'helper' is called here, by 'k'"), std::string::npos)
      << o.diagnostics;
  EXPECT_NE(o.diagnostics.find("'k' is a kernel"), std::string::npos) << o.diagnostics;
  EXPECT_EQ(codes(load("(brilisp (define-kernel ((k void)) (device-sync) (ret)))")), "E0605");
  EXPECT_EQ(codes(load(R"((brilisp (define-kernel ((k void) (p (ptr int8)) (n int))
    (set (u void) (call llvm.memcpy.p0i8.p0i8.i64 p p n #f)) (ret))))")),
            "E0605");
}

TEST(Places, DeviceMemoryInHostCode) {
  EXPECT_EQ(codes(load(R"((brilisp (define ((main int))
    (set (d (ptr int (addrspace 1))) (device-alloc int 1)) (set (x int) (load d)) (ret x))))")),
            "E0606");
  EXPECT_EQ(
      codes(load(R"((brilisp (define-global (g int) (addrspace 3)) (define-kernel ((k void)) (ret))
    (define ((main int)) (store g 1) (ret 0))))")),
      "E0604");
}

TEST(Places, WithoutDeviceCodeAllSpacesAreOneMemory) {
  Outcome o =
      load(R"((brilisp (define-global (g int) (addrspace 3)) (define-global (h int) (addrspace 1))
    (define ((main int)) (store g 4) (set (h int) (load g)) (set (x int) (load h)) (ret x))))");
  EXPECT_EQ(o.diagnostics, "");
  EXPECT_EQ(o.result, 4);
}

TEST(Kernels, AreNamedLaunchedOrFoundByUse) {
  auto is_kernel = [](const Outcome& o) { return o.ir.find("kernel") != std::string::npos; };
  EXPECT_NE(load("(brilisp (define ((kernel void)) (ret)))").ir.find("(attributes kernel)"),
            std::string::npos);
  EXPECT_TRUE(is_kernel(
      load("(brilisp (define ((f void)) (set (u void) (call llvm.nvvm.barrier0)) (ret)))")));
  EXPECT_FALSE(is_kernel(load("(brilisp (define ((f void)) (ret)))")));
  EXPECT_TRUE(is_kernel(
      load("(brilisp (define ((f void)) (ret)) (define ((main int)) (launch (f 1 1)) (ret 0)))")));
  EXPECT_EQ(codes(load("(brilisp (define ((kernel int)) (ret 1)) (define ((main int)) (ret 0)))")),
            "");
}

TEST(Kernels, ReturnNothingTakeScalarsAndAreNotCalled) {
  EXPECT_EQ(codes(load("(brilisp (define-kernel ((k int)) (ret 1)))")), "E0607");
  EXPECT_EQ(codes(load("(brilisp (define-kernel ((k void) (a (arr 2 int))) (ret)))")), "E0607");
  EXPECT_EQ(
      codes(load(
          "(brilisp (define ((f int)) (ret 1)) (define ((main int)) (launch (f 1 1)) (ret 0)))")),
      "E0607");
  EXPECT_EQ(codes(load("(brilisp (define-kernel ((k void)) (ret)) (define ((main int)) (set (u "
                       "void) (call k)) (ret 0)))")),
            "E0608");
}

TEST(Kernels, AreInferredForADevice) {
  SourceMap sources;
  Diags diags(sources);
  Arena arena;
  const Sexp* form = read(
      *sources.add(
          "t",
          "(brilisp (define ((h void)) (ret)) (define ((f void)) (set (u void) (call h)) (ret)))"),
      arena, diags);
  std::unique_ptr<Module> m = lang::load(*form, "t", arena, diags);
  ASSERT_TRUE(m);
  EXPECT_TRUE(lang::infer_kernels(*m));
  EXPECT_FALSE(m->function(m->find_function(Symbol("h"))).is(kKernel));
  EXPECT_TRUE(m->function(m->find_function(Symbol("f"))).is(kKernel));
}

}  // namespace
}  // namespace ll::test
