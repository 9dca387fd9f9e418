;; Floating point follows IEEE 754: rounding, infinities, NaN, signed zero, ordered comparisons.
(c-lisp
  (define ((print int) (n int)))
  (define ((fprint float) (x float)))
  (define ((dprint double) (x double)))
  (define ((printf int) (format (ptr int8)) (x double)))
  (define ((b int) (x bool)) (ret (select x 1 0)))
  (define ((main int))
    (declare inf float)
    (declare nan float)
    (declare zero float)
    (set zero 0.0)
    (set inf (fdiv 1.0 zero))
    (set nan (fdiv zero zero))
    (call fprint (fadd 1.5 2.25))
    (call fprint (fsub 1.0 0.75))
    (call fprint (fmul 3.0 -0.5))
    (call fprint (fdiv 1.0 3.0))
    (call fprint (fneg 2.5))
    (call fprint inf)
    (call fprint (fneg inf))
    (call fprint nan)
    (call fprint (fsub inf inf))
    (call fprint (fmul zero inf))
    (call fprint (fadd 16777216.0 1.0))
    (call fprint (fmul 1e30 1e30))
    (call fprint (fdiv 1.0 (fneg zero)))
    (call dprint (fpext 0.1 double))
    (call dprint (fdiv (fpext 1.0 double) (fpext 3.0 double)))
    (call printf "%.17g\n" (fpext 0.1 double))
    (call printf "%.17g\n" (fdiv (fpext 1.0 double) (fpext 10.0 double)))
    (call print (call b (feq zero (fneg zero))))
    (call print (call b (feq nan nan)))
    (call print (call b (fne nan nan)))
    (call print (call b (fne nan 1.0)))
    (call print (call b (not (feq nan nan))))
    (call print (call b (flt nan 1.0)))
    (call print (call b (fge nan 1.0)))
    (call print (call b (fgt inf 1e30)))
    (call print (call b (fle (fneg inf) inf)))
    (call print (call b (fne 1.0 2.0)))
    (call print (lshr (bitcast (fneg zero) int) 31))
    (call print (bitcast 1.0 int))
    (call fprint (bitcast 1073741824 float))
    (ret 0)))
;; expect
;; 3.750000
;; 0.250000
;; -1.500000
;; 0.333333
;; -2.500000
;; inf
;; -inf
;; nan
;; nan
;; nan
;; 16777216.000000
;; inf
;; -inf
;; 0.100000
;; 0.333333
;; 0.10000000149011612
;; 0.10000000000000001
;; 1
;; 0
;; 0
;; 0
;; 1
;; 0
;; 0
;; 1
;; 1
;; 1
;; 1
;; 1065353216
;; 2.000000
