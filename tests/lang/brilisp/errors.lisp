;; Several errors are found in one run, each at its place.
(brilisp
  (define ((f int) (count int))
    (set (x int) (add cuont 1)) ;; error: E0308 cuont
    (set (y float) (fadd count 1.0)) ;; error: E0313 count
    (br #t out nowhere) ;; error: E0310 nowhere
    (label out)
    (set (z int64) (const 1.5)) ;; error: E0317
    (ret x)))
