;; Conversions between all scalar types, with values at the edges.
(c-lisp
  (define ((print int) (n int)))
  (define ((int64_print int64) (n int64)))
  (define ((fprint float) (x float)))
  (define ((dprint double) (x double)))
  (define ((main int))
    (declare x int)
    (declare f float)
    (declare d double)
    (set x -1)
    (call int64_print (sext x int64))
    (call int64_print (zext x int64))
    (call print (sext (trunc 200 int8) int))
    (call print (zext (trunc 200 int8) int))
    (call print (sext (trunc 40000 int16) int))
    (call print (zext (trunc 40000 int16) int))
    (call print (trunc (sext -5 int64) int))
    (call fprint (sitofp -3 float))
    (call fprint (uitofp x float))
    (call dprint (uitofp x double))
    (call dprint (uitofp (sext -1 int64) double))
    (call dprint (sitofp (sext -1 int64) double))
    (call fprint (uitofp (trunc 255 int8) float))
    (call fprint (sitofp (trunc 255 int8) float))
    (call fprint (sitofp 16777217 float))
    (set f 3.99)
    (call print (fptosi f int))
    (call print (fptosi (fneg f) int))
    (call print (fptoui f int))
    (call int64_print (fptosi 1e18 int64))
    (call print (sext (fptosi 100.7 int8) int))
    (set d (fpext 0.5 double))
    (call dprint d)
    (call fprint (fptrunc (fdiv (fpext 1.0 double) (fpext 3.0 double)) float))
    (call fprint (fptrunc (fmul (fpext 1e30 double) (fpext 1e30 double)) float))
    (call print (sext 7 int))
    (call print (fptosi 1e20 int))
    (call print (fptosi -1e20 int))
    (call print (fptoui -1.0 int))
    (call print (fptosi (fdiv 0.0 0.0) int))
    (call print (ptrtoint (inttoptr 4096 (ptr int8)) int))
    (call int64_print (ptrtoint (inttoptr -1 (ptr int8)) int64))
    (call int64_print (bitcast (fpext 1.0 double) int64))
    (ret 0)))
;; expect
;; -1
;; 4294967295
;; -56
;; 200
;; -25536
;; 40000
;; -5
;; -3.000000
;; 4294967296.000000
;; 4294967295.000000
;; 18446744073709551616.000000
;; -1.000000
;; 255.000000
;; -1.000000
;; 16777216.000000
;; 3
;; -3
;; 3
;; 999999984306749440
;; 100
;; 0.500000
;; 0.333333
;; inf
;; 7
;; 2147483647
;; -2147483648
;; 0
;; 0
;; 4096
;; 4294967295
;; 4607182418800017408
