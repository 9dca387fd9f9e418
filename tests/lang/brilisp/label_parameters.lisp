;; Label parameters are assigned all at once, whatever their order.
;; test: interp
(brilisp
  (define ((main int))
    (jmp loop 0 1 0)
    (label loop (a int) (b int) (n int))
    (set (n int) (add n 1))
    (set (go bool) (lt n 4))
    (br go (loop b a n) done)
    (label done)
    (set (u void) (call print a))
    (set (u void) (call print b))
    (ret 0)))
;; expect
;; 1
;; 0
