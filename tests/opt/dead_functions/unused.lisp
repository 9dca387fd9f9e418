;; test: opt --passes dead_functions
;; A cycle of internal functions that nobody outside calls goes, and so does an unused declaration.
(brilisp (ir-version "1.0")
  (define ((unused int) (x int)) (attributes external))
  (define ((used int) (x int)) (attributes external))
  (define ((a int) (x int)) (attributes internal)
    (set (y int) (call b x))
    (ret y))
  (define ((b int) (x int)) (attributes internal)
    (set (y int) (call a x))
    (ret y))
  (define ((f int) (x int))
    (set (y int) (call used x))
    (ret y)))

;; expect
;; (brilisp (ir-version "1.0")
;;   (define ((used int) (p0 int)) (attributes external))
;;   (define ((f int) (x int))
;;     (set (y int) (call used x))
;;     (ret y)))
