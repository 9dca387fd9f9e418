;; test: opt --passes dce
;; Stores into a slot that is never read go, with the slot; unused parameters go with their
;; arguments; a call stays.
(brilisp (ir-version "1.0")
  (define ((g int) (x int)) (attributes external))
  (define ((f int) (n int))
    (set (s ptr) (slot (arr 4 int)))
    (set (q ptr) (ptradd s n 4 0))
    (store q n)
    (set (r int) (call g n))
    (jmp loop 0 n)
    (label loop (i int) (unused int))
    (set (u2 int) (add unused 1))
    (set (i2 int) (add i 1))
    (set (c bool) (lt i2 n))
    (br c (loop i2 u2) done)
    (label done)
    (ret n)))
