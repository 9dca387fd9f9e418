;; Assigning another type makes another variable, by textual order: the loop keeps the first x.
;; test: interp
(brilisp
  (define ((main int))
    (set (n int) (const 0))
    (set (x int) (const 7))
    (label head)
    (set (u void) (call print x))
    (set (x float) (sitofp x float))
    (set (n int) (add n 1))
    (set (c bool) (lt n 2))
    (br c head done)
    (label done)
    (set (u void) (call fprint x))
    (ret 0)))
;; expect
;; 7
;; 7
;; 7.000000
