;; Variadic C functions through a fixed prototype: integers, doubles and strings together.
(c-lisp
  (define ((printf int) (format (ptr int8)) (i int) (d double) (s (ptr int8)) (l int64)))
  (define ((snprintf int) (to (ptr int8)) (n int64) (format (ptr int8)) (a double) (b double)
           (c double) (d double) (e double) (f double) (g double) (h double) (i double)))
  (define ((puts int) (s (ptr int8))))
  (define ((k double) (n int)) (ret (sitofp n double)))
  (define ((main int))
    (declare buffer (arr 64 int8))
    (call printf "%d %.2f %s %ld\n" -5 (fpext 1.5 double) "text" (sext -7 int64))
    (call snprintf (aptradd buffer 0) (sext 64 int64) "%g %g %g %g %g %g %g %g %g"
      (call k 1) (call k 2) (call k 3) (call k 4) (call k 5) (call k 6) (call k 7) (call k 8)
      (call k 9))
    (call puts (aptradd buffer 0))
    (ret 0)))
;; expect
;; -5 1.50 text -7
;; 1 2 3 4 5 6 7 8 9
