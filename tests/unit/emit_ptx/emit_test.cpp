// The text of a few kernels, exactly; what is refused, with which message; and ptxas's opinion.
#include "emit_ptx/emit.h"

#include "ir/text.h"
#include "opt/pipeline.h"
#include "ptxas.h"
#include "sexp/sexp.h"

namespace ll::ptx {
namespace {

struct Program {
  SourceMap sources;
  Arena arena;
  Diags diags{sources};
  std::unique_ptr<Module> module;

  explicit Program(const std::string& body, std::vector<std::string_view> passes = {}) {
    const SourceFile* file =
        sources.add("test.lisp", "(brilisp (ir-version \"1.0\")\n" + body + ")");
    if (const Sexp* sexp = read(*file, arena, diags)) module = read_module(*sexp, diags);
    if (module && !passes.empty()) PassRunner({}, diags).run(*module, passes);
  }
  std::optional<ptx::Assembly> emit(std::string arch = "sm_75") {
    if (!module) return std::nullopt;
    auto verified = verify(*module, diags);
    if (!verified) return std::nullopt;
    return ptx::emit(*verified, {arch}, diags);
  }
  std::string messages() const {
    std::string out;
    for (const Diag& d : diags.all()) out += render(d, sources, false);
    return out;
  }
};

std::string text_of(Program& p) {
  auto code = p.emit();
  EXPECT_TRUE(code) << p.messages();
  if (!code) return {};
  if (std::string ptxas = test::find_ptxas(); !ptxas.empty())
    EXPECT_EQ(test::assemble(ptxas, code->text, "sm_75"), "");
  else std::puts("skipped: no ptxas on this machine; the text was not assembled");
  return code->text;
}

TEST(PtxEmit, Saxpy) {
  Program p(R"(
    (define ((saxpy void) (x ptr) (y ptr) (a float) (n int)) (attributes kernel)
      (set (t int) (local-id 0)) (set (b int) (group-id 0)) (set (m int) (group-size 0))
      (set (bm int) (mul b m)) (set (i int) (add bm t))
      (set (c bool) (lt i n))
      (br c in out)
      (label in)
      (set (px ptr) (ptradd x i 4 0)) (set (py ptr) (ptradd y i 4 0))
      (set (vx float) (load px)) (set (vy float) (load py))
      (set (ax float) (fmul a vx)) (set (r float) (fadd ax vy))
      (store py r)
      (jmp out)
      (label out)
      (ret)))",
            {"device_part", "inline_all", "spaces"});
  EXPECT_EQ(text_of(p), R"(.version 6.3
.target sm_75
.address_size 64

.visible .entry saxpy(
	.param .u64 $param0,
	.param .u64 $param1,
	.param .f32 $param2,
	.param .s32 $param3
)
{
	.reg .pred %p<1>;
	.reg .b32 %r<6>;
	.reg .b64 %rd<4>;
	.reg .f32 %f<5>;
	ld.param.u64 %rd0, [$param0];
	cvta.to.global.u64 %rd0, %rd0;
	ld.param.u64 %rd2, [$param1];
	cvta.to.global.u64 %rd2, %rd2;
	ld.param.f32 %f2, [$param2];
	ld.param.s32 %r5, [$param3];
	mov.u32 %r0, %tid.x;
	mov.u32 %r1, %ctaid.x;
	mov.u32 %r2, %ntid.x;
	mul.lo.s32 %r3, %r1, %r2;
	add.s32 %r4, %r3, %r0;
	setp.lt.s32 %p0, %r4, %r5;
	@!%p0 bra $L_2;
$L_1:
	mad.wide.s32 %rd1, %r4, 4, %rd0;
	mad.wide.s32 %rd3, %r4, 4, %rd2;
	ld.global.f32 %f0, [%rd1];
	ld.global.f32 %f1, [%rd3];
	mul.rn.f32 %f3, %f2, %f0;
	add.rn.f32 %f4, %f3, %f1;
	st.global.f32 [%rd3], %f4;
$L_2:
	ret;
}
)");
}

// Moves on the edges of a loop, a swap among them; shared memory, a barrier, folded offsets.
TEST(PtxEmit, LoopWithSwap) {
  Program p(R"(
    (define-global (tile (arr 8 int)) (addrspace 3))
    (define ((k-1 void) (p (ptr (addrspace 1))) (n int)) (attributes kernel)
      (jmp loop 0 1 n)
      (label loop (i int) (a int) (b int))
      (set (q (ptr (addrspace 3))) (ptradd (global tile) 8))
      (store q a)
      (barrier)
      (set (i2 int) (add i 1))
      (set (c bool) (lt i2 n))
      (br c (loop i2 b a) done)
      (label done)
      (set (v int) (load q)) (set (o (ptr (addrspace 1))) (ptradd p 12))
      (store o v)
      (ret)))");
  std::string text = text_of(p);
  EXPECT_NE(text.find(".shared .align 16 .b8 tile[32];"), text.npos) << text;
  EXPECT_NE(text.find(".visible .entry k$2d1("), text.npos) << text;
  EXPECT_NE(text.find("\tst.shared.s32 [tile+8], %r3;\n\tbar.sync 0;\n"), text.npos) << text;
  // The swap goes through a temporary.
  EXPECT_NE(text.find("\tmov.b32 %r5, %r3;\n"), text.npos) << text;
  auto code = p.emit();
  ASSERT_TRUE(code);
  EXPECT_EQ(code->kernels[0].name, "k-1");
  EXPECT_EQ(code->kernels[0].entry, "k$2d1");
  EXPECT_EQ(code->kernels[0].shared_bytes, 32u);
  EXPECT_EQ(code->kernels[0].params,
            (std::vector<KernelParam>{{ParamKind::Pointer, 8}, {ParamKind::Int, 4}}));
}

TEST(PtxEmit, GlobalsWithInitialBytesAndAddresses) {
  Program p(R"(
    (define-global (bytes (arr 4 int8)) (addrspace 1) (bytes "01020300"))
    (define-global (table (arr 2 ptr)) (addrspace 1) (bytes "00000000000000000500000000000000") (ref 0 bytes 2))
    (define-global (coefficients (arr 2 float)) (addrspace 4) (constant) (bytes "0000803f00000040"))
    (define-global (plain int))
    (define ((k void) (p (ptr (addrspace 1))) (flag bool) (small int8)) (attributes kernel)
      (set (mine ptr) (slot (arr 40 int)))
      (set (q ptr) (load (global table))) (set (b int8) (load q))
      (set (f float) (load (global coefficients)))
      (set (s int8) (select flag b small))
      (store p s) (set (p4 (ptr (addrspace 1))) (ptradd p 4)) (store p4 f)
      (set (y ptr) (addrspacecast p)) (copy mine y 160 (align 4)) (copy y mine 24 (align 2))
      (set (u int) (load (global plain))) (store p u (align 1))
      (ret)))");
  std::string text = text_of(p);
  EXPECT_NE(text.find(".global .align 8 .u64 table[2] = {generic(bytes)+2,5};"), text.npos) << text;
  EXPECT_NE(text.find(".const .align 4 .b8 coefficients[8] = {0,0,128,63,0,0,0,64};"), text.npos)
      << text;
  EXPECT_NE(text.find("ld.const.f32"), text.npos) << text;
}

TEST(PtxEmit, AllArchitecturesAssemble) {
  LL_REQUIRE_PTXAS(ptxas);
  Program p(
      "(define ((k void) (p ptr) (n int)) (attributes kernel) (set (q ptr) (alloc int n)) "
      "(store p q) (trap unreachable))");
  for (const char* arch : {"sm_75", "sm_80", "sm_90", "sm_120"}) {
    auto code = p.emit(arch);
    ASSERT_TRUE(code) << p.messages();
    EXPECT_EQ(test::assemble(ptxas, code->text, arch), "");
  }
}

TEST(PtxEmit, Refusals) {
  Program arch("(define ((k void)) (attributes kernel) (ret))");
  EXPECT_FALSE(arch.emit("sm_1"));
  EXPECT_NE(arch.messages().find("error[E0740]: 'sm_1' is no architecture that PTX is made for"),
            std::string::npos);

  Program shared(
      "(define-global (big (arr 20000 int)) (addrspace 3))\n"
      "(define ((k void) (n int)) (attributes kernel) (store (global big) n) (ret))");
  EXPECT_FALSE(shared.emit());
  EXPECT_NE(shared.messages().find("test.lisp:3:"), std::string::npos) << shared.messages();
  EXPECT_NE(shared.messages().find("E0741"), std::string::npos) << shared.messages();

  Program call(
      "(define ((puts int) (s ptr)) (attributes external))\n"
      "(define ((k void) (p ptr)) (attributes kernel) (set (r int) (call puts p)) (ret))");
  EXPECT_FALSE(call.emit());
  EXPECT_NE(call.messages().find("the call of 'puts' cannot be made in a kernel"),
            std::string::npos)
      << call.messages();
}

}  // namespace
}  // namespace ll::ptx
