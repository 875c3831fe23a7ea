// The little of libcamera that Rig needs, as C functions: a stable binary interface over a C++ library that has none. Every
// function returns 0 or more on success and -errno on failure; rigcam_last_error() has the sentence. Handles are opaque.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RIGCAM_ABI 1
#define RIGCAM_API __attribute__((visibility("default")))

typedef struct rigcam_camera rigcam_camera;

typedef struct rigcam_mode {
	uint32_t pixel_format; // V4L2 four-character code
	int32_t min_width, min_height, max_width, max_height;
} rigcam_mode;

typedef struct rigcam_wanted {
	int32_t width, height;
	int32_t frame_duration_us;
	int32_t buffers;
	// Optional controls: 0 leaves each to the camera.
	int32_t exposure_us;
	float analogue_gain;
	float lens_position; // dioptres; negative leaves the lens alone
} rigcam_wanted;

typedef struct rigcam_layout {
	int32_t width, height;
	uint32_t pixel_format;
	int32_t stride;
	int32_t size_bytes;
	int32_t u_offset, v_offset; // of the second and third plane; 0 where there is none
	int32_t min_frame_duration_us, max_frame_duration_us; // 0 where the camera does not say
} rigcam_layout;

enum { RIGCAM_HAS_SENSOR_TIMESTAMP = 1, RIGCAM_HAS_EXPOSURE = 2, RIGCAM_HAS_GAIN = 4, RIGCAM_HAS_LENS = 8, RIGCAM_HAS_DURATION = 16 };

typedef struct rigcam_picture {
	const uint8_t *data; // mapped for reading until it is released
	int64_t timestamp_ns;
	int64_t sensor_timestamp_ns;
	int64_t frame_duration_us;
	int32_t bytes;
	int32_t index;
	int32_t dmabuf;
	int32_t dmabuf_bytes;
	uint32_t sequence;
	int32_t has; // which of the values below and above are known
	int32_t exposure_us;
	float analogue_gain;
	float lens_position;
	int32_t damaged;
} rigcam_picture;

RIGCAM_API int32_t rigcam_abi_version(void);
RIGCAM_API const char *rigcam_library_version(void);
RIGCAM_API const char *rigcam_last_error(void); // of this thread

// How many cameras there are now. Starts libcamera at the first call.
RIGCAM_API int32_t rigcam_count(void);
RIGCAM_API int32_t rigcam_describe(int32_t index, char *id, size_t id_bytes, char *model, size_t model_bytes);
// Fills at most max modes and returns how many there are.
RIGCAM_API int32_t rigcam_modes(const char *id, rigcam_mode *modes, int32_t max);

// Acquires the camera, configures it and starts it.
RIGCAM_API int32_t rigcam_open(const char *id, const rigcam_wanted *wanted, rigcam_layout *got, rigcam_camera **camera);
// 1 a picture, 0 none came in time, -ENODEV the camera is gone.
RIGCAM_API int32_t rigcam_take(rigcam_camera *camera, int32_t timeout_ms, rigcam_picture *picture);
// Gives a picture's memory back to the camera, from any thread.
RIGCAM_API int32_t rigcam_release(rigcam_camera *camera, int32_t index);
RIGCAM_API void rigcam_close(rigcam_camera *camera);
// Cameras open now; for tests.
RIGCAM_API int32_t rigcam_live(void);

#ifdef __cplusplus
}
#endif
