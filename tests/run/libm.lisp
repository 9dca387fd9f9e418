;; C functions on floats and doubles, with many arguments of both kinds in registers.
(c-lisp
  (define ((pow double) (x double) (y double)))
  (define ((sqrtf float) (x float)))
  (define ((fmaxf float) (a float) (b float)))
  (define ((floor double) (x double)))
  (define ((abs int) (x int)))
  (define ((labs int64) (x int64)))
  (define ((print int) (n int)))
  (define ((int64_print int64) (n int64)))
  (define ((fprint float) (x float)))
  (define ((dprint double) (x double)))
  (define ((many double) (a int) (b double) (c int64) (d float) (e int8) (f double) (g int16)
           (h int) (i int) (j int) (k float) (l int))
    (ret (fadd (fadd (sitofp (add (add a h) (add (add i j) l)) double) (fadd b f))
               (fadd (fpext (fadd d k) double)
                     (sitofp (add c (add (sext e int64) (sext g int64))) double)))))
  (define ((main int))
    (call dprint (call pow (fpext 2.0 double) (fpext 10.0 double)))
    (call fprint (call sqrtf 2.25))
    (call fprint (call fmaxf -1.0 3.5))
    (call dprint (call floor (fpext -2.5 double)))
    (call print (call abs -17))
    (call int64_print (call labs (sext -18 int64)))
    (call dprint (call many 1 (fpext 2.0 double) (sext 3 int64) 4.0 (trunc 5 int8)
                            (fpext 6.0 double) (trunc 7 int16) 8 9 10 11.0 12))
    (ret 0)))
;; expect
;; 1024.000000
;; 1.500000
;; 3.500000
;; -3.000000
;; 17
;; 18
;; 78.000000
