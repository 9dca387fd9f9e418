;; test: opt --passes always_inline
;; Only the marked function is inlined.
(brilisp (ir-version "1.0")
  (define ((marked int) (x int)) (attributes internal always-inline)
    (set (y int) (add x 1))
    (ret y))
  (define ((plain int) (x int)) (attributes internal)
    (set (y int) (add x 2))
    (ret y))
  (define ((f int) (x int))
    (set (a int) (call marked x))
    (set (b int) (call plain a))
    (ret b)))
