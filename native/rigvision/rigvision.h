/* What Rig takes from OpenCV, behind a C ABI. Every function that can fail returns 0 or a negative errno; the text of the last
 * failure on the calling thread is had from rigvision_last_error(). Handles are opaque and freed by their own function. */
#ifndef RIGVISION_H
#define RIGVISION_H

#include <stdint.h>

#define RIGVISION_API __attribute__((visibility("default")))
#define RIGVISION_ABI 1

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rigvision_matches rigvision_matches;
typedef struct rigvision_remapper rigvision_remapper;

typedef struct rigvision_lens {
    double fx, fy, cx, cy;
    double distortion[4]; /* k1..k4 of the equidistant polynomial */
    double rms_px;
    int32_t views;
    int32_t width, height;
} rigvision_lens;

RIGVISION_API int32_t rigvision_abi(void);

/* Copies the last failure's text, always terminated; returns its length. */
RIGVISION_API int32_t rigvision_last_error(char *text, int32_t size);

/* Calibrates a fisheye lens from pictures of a checkerboard with columns x rows inner corners. paths: newline-separated files. */
RIGVISION_API int32_t rigvision_calibrate(const char *paths, int32_t columns, int32_t rows, rigvision_lens *lens);

/* SIFT matches between two 8-bit pictures of one size, each with a mask (0: ignore). Kept are pairs that pass the ratio test both ways;
 * those within ransac_px of one homography are marked consistent. */
RIGVISION_API int32_t rigvision_match(const uint8_t *a, const uint8_t *mask_a, const uint8_t *b, const uint8_t *mask_b,
                                      int32_t width, int32_t height, int32_t features_max, double ratio, double ransac_px,
                                      rigvision_matches **matches);
RIGVISION_API int32_t rigvision_matches_count(const rigvision_matches *matches);
/* xyxy: 4 floats a match; consistent: 1 byte a match. */
RIGVISION_API int32_t rigvision_matches_copy(const rigvision_matches *matches, float *xyxy, uint8_t *consistent, int32_t count);
RIGVISION_API void rigvision_matches_free(rigvision_matches *matches);

/* OpenCV's own remap and linear blend of one 8-bit plane, the peer in the bench. maps: for each source a pair of float planes of the
 * output's size; weights: for each source a float plane. */
RIGVISION_API int32_t rigvision_remapper_create(int32_t sources, int32_t width, int32_t height, const float *const *map_x,
                                                const float *const *map_y, const float *const *weights, const int32_t *column_start,
                                                const int32_t *column_end, rigvision_remapper **remapper);
RIGVISION_API int32_t rigvision_remapper_run(rigvision_remapper *remapper, const uint8_t *const *planes, const int32_t *widths,
                                             const int32_t *heights, const int32_t *strides, uint8_t *output);
RIGVISION_API void rigvision_remapper_free(rigvision_remapper *remapper);
RIGVISION_API int32_t rigvision_set_threads(int32_t threads);

#ifdef __cplusplus
}
#endif
#endif
