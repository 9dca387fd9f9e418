;; test: opt --passes gvn
;; The store to q may change *p but not the slot; a load behind a store of the same place is the
;; stored value; storing back what is there does nothing.
(brilisp (ir-version "1.0")
  (define ((f int) (p ptr) (q ptr) (i int))
    (set (s ptr) (slot (arr 4 int)))
    (set (e ptr) (ptradd s i 4 0))
    (store e i)
    (set (a int) (load p))
    (store q 5)
    (set (b int) (load p))
    (set (c int) (load e))
    (store e c)
    (set (d int) (load q))
    (set (x int) (add a b))
    (set (y int) (add c d))
    (set (z int) (add x y))
    (ret z)))
