;; BriLisp: control flow that no structured program has: a jump into the middle of a loop.
(brilisp
  (define ((print int) (n int)))
  (define ((walk int) (n int) (into bool))
    (set (steps int) (const 0))
    (br into second first)
    (label first)
    (set (steps int) (add steps 1))
    (jmp second)
    (label second)
    (set (steps int) (add steps 10))
    (set (n int) (sub n 1))
    (set (more bool) (gt n 0))
    (br more first done)
    (label done)
    (ret steps))
  (define ((main int))
    (set (a int) (call walk 3 #t))
    (set (_ void) (call print a))
    (set (a int) (call walk 3 #f))
    (set (_ void) (call print a))
    (ret 0)))
;; expect
;; 32
;; 33
