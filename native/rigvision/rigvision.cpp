#include "rigvision.h"

#include <cerrno>
#include <cstring>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <opencv2/calib3d.hpp>
#include <opencv2/features2d.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

struct rigvision_matches {
    std::vector<cv::Point2f> a, b;
    std::vector<uint8_t> consistent;
};

/* One source's part of the output: its maps in OpenCV's fixed-point form, cut to the columns it contributes to. */
struct remap_part {
    cv::Mat map_xy, map_fraction, weights;
    int column_start;
};

struct rigvision_remapper {
    cv::Size size;
    std::vector<remap_part> parts;
};

namespace {

thread_local std::string last_error;

int32_t fail(int32_t code, const std::string &text) {
    last_error = text;
    return -code;
}

/* Nothing may be thrown across the C boundary. */
template <typename Work>
int32_t guarded(const char *what, Work work) {
    try {
        return work();
    } catch (const std::bad_alloc &) {
        return fail(ENOMEM, std::string(what) + ": not enough memory");
    } catch (const std::exception &e) {
        return fail(EIO, std::string(what) + ": " + e.what());
    } catch (...) {
        return fail(EIO, std::string(what) + ": unknown failure");
    }
}

/* Index of the best match of each row of `from` in `to`, or -1 where the second best is too near. */
std::vector<int> best_matches(const cv::BFMatcher &matcher, const cv::Mat &from, const cv::Mat &to, double ratio) {
    std::vector<std::vector<cv::DMatch>> nearest;
    matcher.knnMatch(from, to, nearest, 2);
    std::vector<int> best(from.rows, -1);
    for (const auto &pair : nearest) {
        if (pair.size() == 2 && pair[0].distance < ratio * pair[1].distance) {
            best[pair[0].queryIdx] = pair[0].trainIdx;
        }
    }
    return best;
}

/* Corners of a whole board, or none. Looked for in a smaller picture, which is quicker, and then placed in the full one. */
std::vector<cv::Point2f> board_corners(const cv::Mat &picture, cv::Size board) {
    const double scale = std::min(1.0, 1600.0 / picture.cols);
    cv::Mat smaller;
    cv::resize(picture, smaller, cv::Size(), scale, scale, cv::INTER_AREA);
    std::vector<cv::Point2f> corners;
    if (!cv::findChessboardCornersSB(smaller, board, corners, cv::CALIB_CB_NORMALIZE_IMAGE)) {
        return {};
    }
    for (auto &corner : corners) {
        corner = (corner + cv::Point2f(0.5F, 0.5F)) * (1 / scale) - cv::Point2f(0.5F, 0.5F);
    }
    cv::cornerSubPix(picture, corners, cv::Size(7, 7), cv::Size(-1, -1), cv::TermCriteria(cv::TermCriteria::COUNT | cv::TermCriteria::EPS, 40, 0.01));
    return corners;
}

}  // namespace

int32_t rigvision_abi(void) { return RIGVISION_ABI; }

int32_t rigvision_last_error(char *text, int32_t size) {
    if (text == nullptr || size <= 0) {
        return -EINVAL;
    }
    std::strncpy(text, last_error.c_str(), size - 1);
    text[size - 1] = '\0';
    return static_cast<int32_t>(std::strlen(text));
}

int32_t rigvision_set_threads(int32_t threads) {
    cv::setNumThreads(threads);
    return 0;
}

int32_t rigvision_calibrate(const char *paths, int32_t columns, int32_t rows, rigvision_lens *lens) {
    if (paths == nullptr || lens == nullptr || columns < 3 || rows < 3) {
        return fail(EINVAL, "calibrate: a checkerboard has at least 3x3 inner corners");
    }
    return guarded("calibrate", [&]() -> int32_t {
        const cv::Size board(columns, rows);
        std::vector<cv::Point3d> corners3d;
        for (int y = 0; y < rows; y++) {
            for (int x = 0; x < columns; x++) {
                corners3d.emplace_back(x, y, 0);
            }
        }
        std::vector<std::string> files;
        std::istringstream list(paths);
        for (std::string path; std::getline(list, path);) {
            files.push_back(path);
        }
        /* One thread a picture; what each found or what was wrong with it is looked at afterwards, in order. */
        std::vector<std::vector<cv::Point2f>> found(files.size());
        std::vector<cv::Size> sizes(files.size());
        cv::parallel_for_(cv::Range(0, static_cast<int>(files.size())), [&](const cv::Range &range) {
            for (int i = range.start; i < range.end; i++) {
                const cv::Mat picture = cv::imread(files[i], cv::IMREAD_GRAYSCALE);
                sizes[i] = picture.size();
                if (!picture.empty()) {
                    found[i] = board_corners(picture, board);
                }
            }
        });
        std::vector<std::vector<cv::Point2d>> seen;
        cv::Size size;
        for (size_t i = 0; i < files.size(); i++) {
            if (sizes[i].area() == 0) {
                return fail(ENOENT, "calibrate: cannot read the picture " + files[i]);
            }
            if (size.area() > 0 && size != sizes[i]) {
                return fail(EINVAL, "calibrate: the picture " + files[i] + " has another size than those before it");
            }
            size = sizes[i];
            if (!found[i].empty()) {
                seen.emplace_back(found[i].begin(), found[i].end());
            }
        }
        if (seen.size() < 5) {
            return fail(ENODATA, "calibrate: the checkerboard was found in " + std::to_string(seen.size()) + " pictures; 5 are needed");
        }
        const std::vector<std::vector<cv::Point3d>> boards(seen.size(), corners3d);
        const double guess = 0.8 * size.width;
        cv::Matx33d k(guess, 0, size.width / 2.0, 0, guess, size.height / 2.0, 0, 0, 1);
        cv::Vec4d d(0, 0, 0, 0);
        std::vector<cv::Mat> rotations, translations;
        const int flags = cv::fisheye::CALIB_RECOMPUTE_EXTRINSIC | cv::fisheye::CALIB_FIX_SKEW | cv::fisheye::CALIB_USE_INTRINSIC_GUESS;
        lens->rms_px = cv::fisheye::calibrate(boards, seen, size, k, d, rotations, translations, flags,
                                              cv::TermCriteria(cv::TermCriteria::COUNT | cv::TermCriteria::EPS, 100, 1e-9));
        lens->fx = k(0, 0);
        lens->fy = k(1, 1);
        lens->cx = k(0, 2);
        lens->cy = k(1, 2);
        for (int i = 0; i < 4; i++) {
            lens->distortion[i] = d[i];
        }
        lens->views = static_cast<int32_t>(seen.size());
        lens->width = size.width;
        lens->height = size.height;
        return 0;
    });
}

int32_t rigvision_match(const uint8_t *a, const uint8_t *mask_a, const uint8_t *b, const uint8_t *mask_b, int32_t width, int32_t height,
                        int32_t features_max, double ratio, double ransac_px, rigvision_matches **matches) {
    if (a == nullptr || b == nullptr || mask_a == nullptr || mask_b == nullptr || matches == nullptr || width < 16 || height < 16) {
        return fail(EINVAL, "match: two pictures of at least 16x16 and their masks are needed");
    }
    return guarded("match", [&]() -> int32_t {
        const auto sift = cv::SIFT::create(features_max, 3, 0.02, 12);
        const uint8_t *pixels[] = {a, b}, *masks[] = {mask_a, mask_b};
        std::vector<cv::KeyPoint> keypoints[2];
        cv::Mat descriptors[2];
        for (int i = 0; i < 2; i++) {
            const cv::Mat picture(height, width, CV_8U, const_cast<uint8_t *>(pixels[i]));
            const cv::Mat mask(height, width, CV_8U, const_cast<uint8_t *>(masks[i]));
            sift->detectAndCompute(picture, mask, keypoints[i], descriptors[i]);
        }
        auto found = std::make_unique<rigvision_matches>();
        if (descriptors[0].rows >= 2 && descriptors[1].rows >= 2) {
            const cv::BFMatcher matcher(cv::NORM_L2);
            const auto forward = best_matches(matcher, descriptors[0], descriptors[1], ratio);
            const auto backward = best_matches(matcher, descriptors[1], descriptors[0], ratio);
            for (size_t i = 0; i < forward.size(); i++) {
                if (forward[i] >= 0 && backward[forward[i]] == static_cast<int>(i)) {
                    found->a.push_back(keypoints[0][i].pt);
                    found->b.push_back(keypoints[1][forward[i]].pt);
                }
            }
        }
        found->consistent.assign(found->a.size(), 0);
        if (found->a.size() >= 4) {
            std::vector<uint8_t> mask;
            cv::findHomography(found->a, found->b, cv::RANSAC, ransac_px, mask, 10000, 0.999);
            if (mask.size() == found->a.size()) {
                found->consistent = mask;
            }
        }
        *matches = found.release();
        return 0;
    });
}

int32_t rigvision_matches_count(const rigvision_matches *matches) {
    return matches == nullptr ? -EINVAL : static_cast<int32_t>(matches->a.size());
}

int32_t rigvision_matches_copy(const rigvision_matches *matches, float *xyxy, uint8_t *consistent, int32_t count) {
    if (matches == nullptr || count != static_cast<int32_t>(matches->a.size())) {
        return fail(EINVAL, "matches_copy: the count is not that of the matches");
    }
    for (int32_t i = 0; i < count; i++) {
        xyxy[4 * i] = matches->a[i].x;
        xyxy[4 * i + 1] = matches->a[i].y;
        xyxy[4 * i + 2] = matches->b[i].x;
        xyxy[4 * i + 3] = matches->b[i].y;
        consistent[i] = matches->consistent[i] != 0;
    }
    return 0;
}

void rigvision_matches_free(rigvision_matches *matches) { delete matches; }

int32_t rigvision_remapper_create(int32_t sources, int32_t width, int32_t height, const float *const *map_x, const float *const *map_y,
                                  const float *const *weights, const int32_t *column_start, const int32_t *column_end,
                                  rigvision_remapper **remapper) {
    if (sources < 1 || width < 2 || height < 2 || remapper == nullptr) {
        return fail(EINVAL, "remapper: at least one source and a picture of 2x2");
    }
    return guarded("remapper", [&]() -> int32_t {
        auto made = std::make_unique<rigvision_remapper>();
        made->size = cv::Size(width, height);
        for (int32_t i = 0; i < sources; i++) {
            const cv::Range rows(0, height), columns(column_start[i], column_end[i]);
            const cv::Mat x = cv::Mat(height, width, CV_32F, const_cast<float *>(map_x[i]))(rows, columns);
            const cv::Mat y = cv::Mat(height, width, CV_32F, const_cast<float *>(map_y[i]))(rows, columns);
            remap_part part;
            part.column_start = column_start[i];
            part.weights = cv::Mat(height, width, CV_32F, const_cast<float *>(weights[i]))(rows, columns).clone();
            cv::convertMaps(x, y, part.map_xy, part.map_fraction, CV_16SC2);
            made->parts.push_back(part);
        }
        *remapper = made.release();
        return 0;
    });
}

int32_t rigvision_remapper_run(rigvision_remapper *remapper, const uint8_t *const *planes, const int32_t *widths, const int32_t *heights,
                               const int32_t *strides, uint8_t *output) {
    if (remapper == nullptr || output == nullptr) {
        return fail(EINVAL, "remapper: no handle or no output");
    }
    return guarded("remapper", [&]() -> int32_t {
        cv::Mat panorama(remapper->size, CV_8U, output);
        int covered = 0;
        for (size_t i = 0; i < remapper->parts.size(); i++) {
            const auto &part = remapper->parts[i];
            const cv::Mat source(heights[i], widths[i], CV_8U, const_cast<uint8_t *>(planes[i]), strides[i]);
            cv::Mat warped;
            cv::remap(source, warped, part.map_xy, part.map_fraction, cv::INTER_LINEAR, cv::BORDER_CONSTANT, cv::Scalar(0));
            const int end = part.column_start + warped.cols;
            const int overlap = i == 0 ? 0 : covered - part.column_start;
            if (overlap > 0) {
                const auto &left = remapper->parts[i - 1];
                const cv::Range columns(part.column_start, covered);
                cv::Mat target = panorama.colRange(columns), blended;
                const cv::Mat left_weights = left.weights.colRange(part.column_start - left.column_start, covered - left.column_start);
                cv::blendLinear(target.clone(), warped.colRange(0, overlap).clone(), left_weights.clone(),
                                part.weights.colRange(0, overlap).clone(), blended);
                blended.copyTo(target);
            }
            warped.colRange(std::max(0, overlap), warped.cols).copyTo(panorama.colRange(std::max(covered, part.column_start), end));
            covered = end;
        }
        return 0;
    });
}

void rigvision_remapper_free(rigvision_remapper *remapper) { delete remapper; }
