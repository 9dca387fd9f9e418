;; The command line: argc, argv, strings from outside.
;; run: 4 -2 9
(c-lisp
  (define ((print int) (n int)))
  (define ((atoi int) (s (ptr int8))))
  (define-struct stat (count int) (sum int))
  (define ((feed (struct stat)) (s (struct stat)) (v int))
    (set s (insertvalue s (add (extractvalue s 0) 1) 0))
    (set s (insertvalue s (add (extractvalue s 1) v) 1))
    (ret s))
  (define ((main int) (argc int) (argv (ptr (ptr int8))))
    (declare s (struct stat))
    (declare i int)
    (store (sptradd (ptr-to s) count) 0)
    (store (sptradd (ptr-to s) sum) 0)
    (for ((set i 1) (lt i argc) (set i (add i 1)))
      (declare v int)
      (set v (call atoi (load (ptradd argv i))))
      (if (gt v 0)
        ((set s (call feed s v))
         (call print v))))
    (call print (load (sptradd (ptr-to s) count)))
    (call print (extractvalue s 1))
    (ret 0)))
;; expect
;; 4
;; 9
;; 2
;; 13
