#include "rigcam.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include <libcamera/libcamera.h>
#include <libcamera/version.h>

using namespace libcamera;

namespace {

thread_local std::string last_error;
std::atomic<int32_t> live{ 0 };

int32_t fail(int error, const std::string &sentence)
{
	last_error = sentence + ": " + std::strerror(error);
	return -error;
}

// libcamera allows one manager a process. It is started once and kept, because cameras come and go but it does not.
std::mutex manager_gate;
std::unique_ptr<CameraManager> the_manager;

CameraManager *manager()
{
	std::lock_guard<std::mutex> lock(manager_gate);
	if (!the_manager) {
		auto fresh = std::make_unique<CameraManager>();
		if (int error = fresh->start(); error != 0) {
			fail(-error, "libcamera could not be started");
			return nullptr;
		}
		the_manager = std::move(fresh);
	}
	return the_manager.get();
}

constexpr uint32_t code(char a, char b, char c, char d)
{
	return uint32_t(a) | uint32_t(b) << 8 | uint32_t(c) << 16 | uint32_t(d) << 24;
}

// What Rig reads, in the order of preference. DRM names RGB formats by the word's highest byte, V4L2 by the first in memory.
const std::vector<std::pair<PixelFormat, uint32_t>> &known_formats()
{
	static const std::vector<std::pair<PixelFormat, uint32_t>> known = {
		{ formats::YUV420, code('Y', 'U', '1', '2') },
		{ formats::NV12, code('N', 'V', '1', '2') },
		{ formats::YUYV, code('Y', 'U', 'Y', 'V') },
		{ formats::UYVY, code('U', 'Y', 'V', 'Y') },
		{ formats::MJPEG, code('M', 'J', 'P', 'G') },
		{ formats::RGB888, code('B', 'G', 'R', '3') },
		{ formats::BGR888, code('R', 'G', 'B', '3') },
	};
	return known;
}

struct Mapping {
	uint8_t *address = nullptr;
	size_t bytes = 0;
};

} // namespace

struct rigcam_camera {
	std::shared_ptr<Camera> camera;
	std::unique_ptr<CameraConfiguration> configuration;
	std::unique_ptr<FrameBufferAllocator> allocator;
	std::vector<std::unique_ptr<Request>> requests;
	std::vector<FrameBuffer *> buffers;
	std::vector<Mapping> mappings;
	Stream *stream = nullptr;
	std::mutex gate;
	std::condition_variable came;
	std::deque<Request *> completed;
	bool gone = false;
	bool acquired = false;
	bool started = false;

	rigcam_camera() { live++; }

	~rigcam_camera()
	{
		if (camera) {
			{
				std::lock_guard<std::mutex> lock(gate);
				gone = true;
			}
			if (started)
				camera->stop();
			camera->requestCompleted.disconnect(this);
			camera->disconnected.disconnect(this);
		}
		for (const Mapping &mapping : mappings)
			munmap(mapping.address, mapping.bytes);
		requests.clear();
		allocator.reset();
		if (acquired)
			camera->release();
		live--;
	}

	void on_completed(Request *request)
	{
		if (request->status() == Request::RequestCancelled)
			return;
		std::lock_guard<std::mutex> lock(gate);
		completed.push_back(request);
		came.notify_one();
	}

	void on_disconnected()
	{
		std::lock_guard<std::mutex> lock(gate);
		gone = true;
		came.notify_all();
	}
};

extern "C" {

int32_t rigcam_abi_version(void)
{
	return RIGCAM_ABI;
}

const char *rigcam_library_version(void)
{
	static const std::string version = CameraManager::version();
	return version.c_str();
}

const char *rigcam_last_error(void)
{
	return last_error.c_str();
}

int32_t rigcam_live(void)
{
	return live;
}

int32_t rigcam_count(void)
{
	CameraManager *all = manager();
	return all ? int32_t(all->cameras().size()) : -EIO;
}

int32_t rigcam_describe(int32_t index, char *id, size_t id_bytes, char *model, size_t model_bytes)
{
	CameraManager *all = manager();
	if (!all)
		return -EIO;
	auto cameras = all->cameras();
	if (index < 0 || size_t(index) >= cameras.size())
		return fail(ENODEV, "There is no such camera");
	const auto named = cameras[index]->properties().get(properties::Model);
	std::snprintf(id, id_bytes, "%s", cameras[index]->id().c_str());
	std::snprintf(model, model_bytes, "%s", named ? std::string(*named).c_str() : "camera");
	return 0;
}

int32_t rigcam_modes(const char *id, rigcam_mode *modes, int32_t max)
{
	CameraManager *all = manager();
	if (!all)
		return -EIO;
	auto camera = all->get(std::string(id));
	if (!camera)
		return fail(ENODEV, std::string("There is no camera ") + id);
	auto configuration = camera->generateConfiguration({ StreamRole::VideoRecording });
	if (!configuration || configuration->empty())
		return fail(EINVAL, std::string("The camera ") + id + " records no video");
	int32_t count = 0;
	const StreamFormats &offered = configuration->at(0).formats();
	for (const auto &[format, fourcc] : known_formats()) {
		const auto has = offered.pixelformats();
		if (std::find(has.begin(), has.end(), format) == has.end())
			continue;
		const SizeRange range = offered.range(format);
		std::vector<SizeRange> ranges;
		for (const Size &size : offered.sizes(format))
			ranges.emplace_back(size);
		if (ranges.empty())
			ranges.push_back(range);
		for (const SizeRange &size : ranges) {
			if (count < max)
				modes[count] = { fourcc, int32_t(size.min.width), int32_t(size.min.height), int32_t(size.max.width), int32_t(size.max.height) };
			count++;
		}
	}
	return count;
}

int32_t rigcam_open(const char *id, const rigcam_wanted *wanted, rigcam_layout *got, rigcam_camera **result)
{
	CameraManager *all = manager();
	if (!all)
		return -EIO;
	const std::string name(id);
	auto self = std::make_unique<rigcam_camera>();
	self->camera = all->get(name);
	if (!self->camera)
		return fail(ENODEV, "There is no camera " + name);
	if (int error = self->camera->acquire(); error != 0)
		return fail(-error, "The camera " + name + " is used by another program");
	self->acquired = true;
	self->camera->requestCompleted.connect(self.get(), &rigcam_camera::on_completed);
	self->camera->disconnected.connect(self.get(), &rigcam_camera::on_disconnected);

	self->configuration = self->camera->generateConfiguration({ StreamRole::VideoRecording });
	if (!self->configuration || self->configuration->empty())
		return fail(EINVAL, "The camera " + name + " records no video");
	StreamConfiguration &stream = self->configuration->at(0);
	const auto offered = stream.formats().pixelformats();
	uint32_t fourcc = 0;
	for (const auto &[format, four] : known_formats()) {
		if (offered.empty() || std::find(offered.begin(), offered.end(), format) != offered.end()) {
			stream.pixelFormat = format;
			fourcc = four;
			break;
		}
	}
	if (fourcc == 0)
		return fail(EINVAL, "The camera " + name + " has no pixel format that Rig reads");
	stream.size = Size(wanted->width, wanted->height);
	stream.bufferCount = wanted->buffers;
	if (self->configuration->validate() == CameraConfiguration::Invalid)
		return fail(EINVAL, "The camera " + name + " refuses the mode");
	fourcc = 0;
	for (const auto &[format, four] : known_formats()) {
		if (stream.pixelFormat == format)
			fourcc = four;
	}
	if (fourcc == 0)
		return fail(EINVAL, "The camera " + name + " changed the pixel format to " + stream.pixelFormat.toString());
	if (int error = self->camera->configure(self->configuration.get()); error != 0)
		return fail(-error, "The camera " + name + " could not be configured");
	self->stream = stream.stream();

	self->allocator = std::make_unique<FrameBufferAllocator>(self->camera);
	if (int error = self->allocator->allocate(self->stream); error < 0)
		return fail(-error, "The camera " + name + " has no memory for pictures");
	std::memset(got, 0, sizeof(*got));
	for (const std::unique_ptr<FrameBuffer> &buffer : self->allocator->buffers(self->stream)) {
		const auto &planes = buffer->planes();
		size_t end = 0;
		for (const FrameBuffer::Plane &plane : planes) {
			if (plane.fd.get() != planes[0].fd.get() || plane.offset < planes[0].offset)
				return fail(ENOTSUP, "The camera " + name + " keeps a picture in several pieces of memory");
			end = std::max<size_t>(end, plane.offset + plane.length);
		}
		void *address = mmap(nullptr, end, PROT_READ, MAP_SHARED, planes[0].fd.get(), 0);
		if (address == MAP_FAILED)
			return fail(errno, "The pictures of the camera " + name + " could not be mapped");
		self->mappings.push_back({ static_cast<uint8_t *>(address), end });
		self->buffers.push_back(buffer.get());
		got->u_offset = planes.size() > 1 ? int32_t(planes[1].offset - planes[0].offset) : 0;
		got->v_offset = planes.size() > 2 ? int32_t(planes[2].offset - planes[0].offset) : 0;

		auto request = self->camera->createRequest(self->buffers.size() - 1);
		if (!request || request->addBuffer(self->stream, buffer.get()) != 0)
			return fail(ENOMEM, "The camera " + name + " takes no requests");
		self->requests.push_back(std::move(request));
	}

	got->width = int32_t(stream.size.width);
	got->height = int32_t(stream.size.height);
	got->pixel_format = fourcc;
	got->stride = int32_t(stream.stride);
	got->size_bytes = int32_t(stream.frameSize);

	ControlList start;
	const ControlInfoMap &can = self->camera->controls();
	if (auto limits = can.find(&controls::FrameDurationLimits); limits != can.end()) {
		got->min_frame_duration_us = int32_t(std::min<int64_t>(limits->second.min().get<int64_t>(), INT32_MAX));
		got->max_frame_duration_us = int32_t(std::min<int64_t>(limits->second.max().get<int64_t>(), INT32_MAX));
		const int64_t duration = wanted->frame_duration_us;
		start.set(controls::FrameDurationLimits, Span<const int64_t, 2>({ duration, duration }));
	}
	if (wanted->exposure_us > 0 && can.find(&controls::ExposureTime) != can.end())
		start.set(controls::ExposureTime, wanted->exposure_us);
	if (wanted->analogue_gain > 0 && can.find(&controls::AnalogueGain) != can.end())
		start.set(controls::AnalogueGain, wanted->analogue_gain);
	if (wanted->lens_position >= 0 && can.find(&controls::LensPosition) != can.end()) {
		start.set(controls::AfMode, controls::AfModeManual);
		start.set(controls::LensPosition, wanted->lens_position);
	}
	if (int error = self->camera->start(&start); error != 0)
		return fail(-error, "The camera " + name + " could not be started");
	self->started = true;
	for (const std::unique_ptr<Request> &request : self->requests) {
		if (int error = self->camera->queueRequest(request.get()); error != 0)
			return fail(-error, "The camera " + name + " refuses a request");
	}
	*result = self.release();
	return 0;
}

int32_t rigcam_take(rigcam_camera *self, int32_t timeout_ms, rigcam_picture *picture)
{
	Request *request;
	{
		std::unique_lock<std::mutex> lock(self->gate);
		self->came.wait_for(lock, std::chrono::milliseconds(timeout_ms), [&] { return self->gone || !self->completed.empty(); });
		if (self->gone)
			return fail(ENODEV, "The camera is gone");
		if (self->completed.empty())
			return 0;
		request = self->completed.front();
		self->completed.pop_front();
	}

	const size_t index = request->cookie();
	const FrameBuffer *buffer = self->buffers[index];
	const FrameMetadata &frame = buffer->metadata();
	const ControlList &metadata = request->metadata();
	std::memset(picture, 0, sizeof(*picture));
	picture->data = self->mappings[index].address + buffer->planes()[0].offset;
	size_t bytes = 0;
	for (const auto &plane : frame.planes())
		bytes += plane.bytesused;
	const size_t whole = self->mappings[index].bytes - buffer->planes()[0].offset;
	picture->bytes = int32_t(frame.planes().size() > 1 ? whole : std::min(bytes, whole));
	picture->index = int32_t(index);
	picture->dmabuf = buffer->planes()[0].fd.get();
	picture->dmabuf_bytes = int32_t(self->mappings[index].bytes);
	picture->timestamp_ns = int64_t(frame.timestamp);
	picture->sequence = frame.sequence;
	picture->damaged = frame.status != FrameMetadata::FrameSuccess;
	if (auto value = metadata.get(controls::SensorTimestamp)) {
		picture->has |= RIGCAM_HAS_SENSOR_TIMESTAMP;
		picture->sensor_timestamp_ns = *value;
	}
	if (auto value = metadata.get(controls::ExposureTime)) {
		picture->has |= RIGCAM_HAS_EXPOSURE;
		picture->exposure_us = *value;
	}
	if (auto value = metadata.get(controls::AnalogueGain)) {
		picture->has |= RIGCAM_HAS_GAIN;
		picture->analogue_gain = *value;
	}
	if (auto value = metadata.get(controls::LensPosition)) {
		picture->has |= RIGCAM_HAS_LENS;
		picture->lens_position = *value;
	}
	if (auto value = metadata.get(controls::FrameDuration)) {
		picture->has |= RIGCAM_HAS_DURATION;
		picture->frame_duration_us = *value;
	}
	return 1;
}

int32_t rigcam_release(rigcam_camera *self, int32_t index)
{
	if (index < 0 || size_t(index) >= self->requests.size())
		return fail(EINVAL, "There is no such picture");
	{
		std::lock_guard<std::mutex> lock(self->gate);
		if (self->gone)
			return 0;
	}
	Request *request = self->requests[index].get();
	request->reuse(Request::ReuseBuffers);
	int error = self->camera->queueRequest(request);
	return error == 0 ? 0 : fail(-error, "The camera refuses a request");
}

void rigcam_close(rigcam_camera *self)
{
	delete self;
}

} // extern "C"
