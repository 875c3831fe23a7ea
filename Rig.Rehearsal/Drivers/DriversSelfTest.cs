using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rig.CameraNode.Capture.Libcamera;
using Rig.CameraNode.Encoding;
using Rig.CameraNode.Encoding.V4l2;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.Native;
using Rig.CameraNode.V4l2;

namespace Rig.Rehearsal.Drivers;

/// <summary>
/// Runs the driver code against the kernel's virtual drivers vivid, vicodec and vimc,
/// which scripts/driver-bench.sh loads in a virtual machine, and appends a line of JSON for each check to the file.
/// </summary>
internal static class DriversSelfTest
{
    private const int Width = 640;

    /// <summary>libcamera's pipeline for vimc takes widths and heights that six divides.</summary>
    private const int VimcWidth = 636;
    private const int Height = 480;
    private const int Fps = 10;
    private const int TakeFrames = 60;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private static readonly CameraRequest Mode = new(Width, Height, Fps);
    private static readonly EncoderSettings Settings = new(VideoCodec.H264, Width, Height, Fps, 2, "ultrafast");

    internal static readonly IReadOnlyList<string> Groups = ["multiplanar", "singleplanar", "faults", "hdmi", "libcamera"];

    /// <returns>0 when every check of the group held, else 1.</returns>
    internal static int Run(string resultsFile, string group)
    {
        var failed = 0;
        foreach (var (name, check) in Checks(group))
        {
            var result = new JsonObject { ["check"] = name };
            try
            {
                result["ok"] = true;
                result["detail"] = check();
            }
            catch (Exception e)
            {
                failed++;
                result["ok"] = false;
                result["detail"] = e is SelfTestException ? e.Message : e.ToString();
            }

            File.AppendAllText(resultsFile, result.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n");
        }

        return failed == 0 ? 0 : 1;
    }

    private static IReadOnlyList<(string Name, Func<string> Check)> Checks(string group) => group switch
    {
        "multiplanar" =>
        [
            ("cameras and encoders are found by capability", FindByCapability),
            ("camera into multi-planar encoder without a copy", () => Encode(expectLent: true, multiPlanar: true)),
            ("camera into multi-planar encoder by copy", () => Encode(expectLent: false, multiPlanar: true)),
            ("an encoder whose queues are restarted goes on in the take", RestartEncoder),
        ],
        "singleplanar" =>
        [
            ("camera into single-planar encoder without a copy", () => Encode(expectLent: true, multiPlanar: false)),
            ("camera into single-planar encoder by copy", () => Encode(expectLent: false, multiPlanar: false)),
        ],
        "faults" =>
        [
            ("dropped buffers are counted", DropBuffers),
            ("a fatal streaming error costs a gap", FatalError),
            ("a disconnected camera costs a gap", Disconnect),
            ("a changed source costs a gap", ChangeSource),
            ("a mode that the camera has not is refused with a sentence", RefuseMode),
        ],
        "hdmi" => [("digital video timings are taken over", DvTimings), ("a missing signal is named", NoSignal)],
        "libcamera" => [("frames come with metadata", Libcamera), ("a missing camera is named", LibcameraMissing)],
        _ => [],
    };

    private static V4l2CameraInfo Vivid() =>
        V4l2Discovery.Cameras().FirstOrDefault(c => c.Driver == "vivid" && c.Modes.Any(m => m.Width == Width)) ?? throw new SelfTestException("vivid was not found among the cameras.");

    private static V4l2EncoderInfo Vicodec() =>
        V4l2Discovery.EncoderDevices().FirstOrDefault(e => e.Coded.Contains(PixelFormats.Fwht)) ?? throw new SelfTestException("vicodec was not found among the encoders.");

    private static string FindByCapability()
    {
        var camera = Vivid();
        var encoder = Vicodec();
        Require(!V4l2Discovery.Cameras().Any(c => c.Driver == "vicodec"), "A codec was taken for a camera.");
        Require(V4l2Discovery.EncoderDevices().All(e => !e.Path.Equals(camera.Path, StringComparison.Ordinal)), "A camera was taken for an encoder.");
        Require(encoder.MultiPlanar, "vicodec was loaded multi-planar and found single-planar.");
        Require(camera.Modes.Any(m => m is { Width: 1920, Height: 1080 } && m.Fps > 0), "vivid's 1920x1080 has no rate.");
        return $"{camera.Card} at {camera.Path} with {camera.Modes.Count} modes; {encoder.Card} at {encoder.Path}, codes {string.Join(' ', encoder.Coded.Select(PixelFormats.Name))}";
    }

    /// <summary>A take of vivid's pictures, every frame and stamp of which is looked at.</summary>
    private static string Encode(bool expectLent, bool multiPlanar)
    {
        var camera = Vivid();
        var info = Vicodec();
        Require(info.MultiPlanar == multiPlanar, $"vicodec's interface is {(info.MultiPlanar ? "multi" : "single")}-planar.");
        using (var device = V4l2Device.Open(camera.Path))
        {
            Require(V4l2Api.IsMultiPlanar(V4l2Discovery.CaptureType(device)) == multiPlanar, $"vivid's interface is {(multiPlanar ? "single" : "multi")}-planar.");
        }

        using var run = Open(camera.Path, info, lend: expectLent);
        Require(run.TakesLent == expectLent, expectLent ? "vicodec does not take vivid's pictures by dma-buf." : "Pictures are lent though a copy was asked for.");
        run.Start();
        run.WaitForFrames(TakeFrames, Timeout);
        var result = run.Stop();
        RequireAccounted(result);
        var periodMs = 1000.0 / Fps;
        var steps = result.Frames.Zip(result.Frames.Skip(1), (a, b) => (Ms: (b.MonotonicNs - a.MonotonicNs) / 1e6, Slots: b.Number - a.Number)).ToList();
        Require(steps.All(s => Math.Abs(s.Ms - (s.Slots * periodMs)) < periodMs / 2), $"Stamps and numbers disagree: {string.Join(", ", steps.Where(s => Math.Abs(s.Ms - (s.Slots * periodMs)) >= periodMs / 2))}.");
        var ageMs = (MonotonicClock.NowNs - result.Frames[^1].MonotonicNs) / 1e6;
        Require(ageMs is > 0 and < 30_000, $"The last stamp is {ageMs:F0} ms old: it is not on CLOCK_MONOTONIC.");
        Require(result.Frames.All(f => f.Data.Length > 100), "A coded picture is empty.");
        Require(result.DroppedFrames == 0, $"Pictures were lost: {Causes(result)} in {result.Slots} slots.");
        return string.Create(CultureInfo.InvariantCulture, $"{result.Frames.Count} frames in {result.Slots} slots, none dropped, steps {steps.Min(s => s.Ms / s.Slots):F1} to {steps.Max(s => s.Ms / s.Slots):F1} ms, {result.Frames.Sum(f => f.Data.Length) / result.Frames.Count} bytes a frame");
    }

    private static string RestartEncoder()
    {
        V4l2Encoder? encoder = null;
        var info = Vicodec();
        using var run = new LiveRun(
            () => V4l2Camera.Open(Vivid().Path, Mode), Settings,
            layout => () => encoder ??= new V4l2Encoder(info, PixelFormats.Fwht, Settings, layout));
        run.Start();
        run.WaitForFrames(20, Timeout);
        encoder!.Restart("asked for by the self-test");
        run.WaitForFrames(50, Timeout);
        Require(encoder.Recoveries == 1, $"{encoder.Recoveries} recoveries.");
        encoder = null;
        var result = run.Stop();
        RequireAccounted(result);
        return $"{result.Frames.Count} frames in {result.Slots} slots; {Causes(result)}";
    }

    private static string DropBuffers()
    {
        var path = Vivid().Path;
        using var run = Open(path, Vicodec(), lend: true);
        VividControls.Set(path, "Percentage of Dropped Buffers", 20);
        try
        {
            run.Start();
            run.WaitForFrames(TakeFrames, Timeout);
            var result = run.Stop();
            RequireAccounted(result);
            var lost = result.Dropped.GetValueOrDefault(DropCause.DriverDropped);
            Require(lost > 0 && result.DroppedFrames is > TakeFrames / 20 and < TakeFrames, $"20 % were dropped by the driver and counted were {Causes(result)} in {result.Slots} slots.");
            return $"{result.Frames.Count} frames in {result.Slots} slots; {Causes(result)}";
        }
        finally
        {
            VividControls.Set(path, "Percentage of Dropped Buffers", 0);
        }
    }

    private static string FatalError()
    {
        var path = Vivid().Path;
        return Fault(() => Break(path, "Inject Fatal Streaming Error", 1), DropCause.CameraFault);
    }

    private static string ChangeSource()
    {
        var path = Vivid().Path;
        return Fault(() => Break(path, "Transfer Function", 1), DropCause.CameraFault);
    }

    /// <summary>The fault, after which the driver refuses twice to start again: else vivid is back before its next picture is due.</summary>
    private static void Break(string path, string control, int value)
    {
        VividControls.Set(path, "Inject VIDIOC_REQBUFS Error", 1);
        VividControls.Set(path, "Inject VIDIOC_STREAMON Error", 1);
        VividControls.Set(path, control, value);
    }

    /// <summary>vivid stays away as long as somebody has it open.</summary>
    private static string Disconnect()
    {
        var path = Vivid().Path;
        return Fault(
            () =>
            {
                using var held = V4l2Device.Open(path);
                VividControls.Set(path, "Disconnect", 1);
                Posix.SleepUntil(MonotonicClock.NowNs + 600_000_000);
            },
            DropCause.CameraGone);
    }

    /// <summary>A fault in mid-take is one gap with the fault's reason, as long as its empty slots, and pictures are back within two seconds.</summary>
    private static string Fault(Action cause, string reason)
    {
        var path = Vivid().Path;
        using var run = Open(path, Vicodec(), lend: true);
        run.Start();
        run.WaitForFrames(20, Timeout);
        var faultNs = MonotonicClock.NowNs;
        cause();
        run.WaitForFrames(50, Timeout);
        var result = run.Stop();
        RequireAccounted(result);
        var before = result.Frames.Last(f => f.MonotonicNs < faultNs + 200_000_000 && result.Frames.Any(g => g.Number > f.Number));
        Require(result.Gaps is [{ } only] && only.Reason == reason, $"Not one gap with the reason {reason}: {string.Join(", ", result.Gaps)}; camera: {string.Join(", ", result.CameraStates)}.");
        var gap = result.Gaps[0];
        var lengthMs = gap.EndOffsetMs - gap.StartOffsetMs;
        Require(lengthMs is > 0 and < 2000, $"The gap is {lengthMs:F0} ms long.");
        Require(Math.Abs(lengthMs - (result.DroppedFrames * 1000.0 / Fps)) <= 500.0 / Fps, $"The gap is {lengthMs:F0} ms long and {result.DroppedFrames} slots are empty.");
        Require(result.CameraStates.Any(s => !s.Present) && result.CameraStates[^1].Present, "The node was not told that the camera went and came back.");
        return string.Create(CultureInfo.InvariantCulture, $"gap of {lengthMs:F0} ms ({gap.Reason}) after frame {before.Number}, {result.Frames.Count} frames in {result.Slots} slots; {Causes(result)}");
    }

    private static string RefuseMode()
    {
        try
        {
            V4l2Camera.Open(Vivid().Path, new CameraRequest(644, 482, Fps)).Dispose();
        }
        catch (InvalidDataException e)
        {
            return e.Message;
        }

        throw new SelfTestException("A size that vivid has not was accepted.");
    }

    private static string DvTimings()
    {
        var path = Vivid().Path;
        VividControls.SetInput(path, 3);
        try
        {
            using var camera = V4l2Camera.Open(path, new CameraRequest(1280, 720, 60));
            var taken = new List<(long Sequence, long Ns)>();
            while (taken.Count < 12)
            {
                var picture = camera.TryTake(TimeSpan.FromSeconds(5)) ?? throw new SelfTestException("No picture came from the HDMI input.");
                taken.Add((picture.Sequence, picture.MonotonicNs));
                picture.Release();
            }

            var steps = taken.Zip(taken.Skip(1), (a, b) => (Ms: (b.Ns - a.Ns) / 1e6, Pictures: b.Sequence - a.Sequence)).ToList();
            Require(steps.All(s => s.Pictures > 0 && Math.Abs(s.Ms - (s.Pictures * camera.FrameDurationNs / 1e6)) < camera.FrameDurationNs / 2e6), $"Stamps and sequence disagree: {string.Join(", ", steps)}.");

            return string.Create(CultureInfo.InvariantCulture, $"{camera.Layout.Width}x{camera.Layout.Height} at {1e9 / camera.FrameDurationNs:F2}, {taken.Count} pictures, steps {steps.Min(s => s.Ms / s.Pictures):F1} to {steps.Max(s => s.Ms / s.Pictures):F1} ms");
        }
        finally
        {
            VividControls.SetInput(path, 0);
        }
    }

    private static string NoSignal()
    {
        var path = Vivid().Path;
        VividControls.SetInput(path, 3);
        VividControls.Set(path, "DV Timings Signal Mode", 1);
        try
        {
            V4l2Camera.Open(path, new CameraRequest(1280, 720, 60)).Dispose();
        }
        catch (CameraFaultException e) when (e.Cause == DropCause.CameraGone)
        {
            return e.Message;
        }
        finally
        {
            VividControls.Set(path, "DV Timings Signal Mode", 0);
            VividControls.SetInput(path, 0);
        }

        throw new SelfTestException("An input without signal was opened.");
    }

    private static string Libcamera()
    {
        var cameras = LibcameraDiscovery.Cameras(out var problem);
        Require(problem is null && cameras.Count > 0, problem ?? "libcamera lists no camera.");
        var camera = cameras[0];
        int frames = 0, withStamp = 0;
        long lastStamp = 0, lastSequence = -1;
        using (var source = LibcameraSource.Open(camera.Id, new CameraRequest(VimcWidth, Height, Fps)))
        {
            var picture = new Yuv420Frame(VimcWidth, Height);
            while (frames < 30)
            {
                var taken = source.TryTake(TimeSpan.FromSeconds(30)) ?? throw new SelfTestException($"libcamera delivered {frames} frames and no more.");
                Require(taken.Sequence > lastSequence, $"Sequence {taken.Sequence} follows {lastSequence}.");
                Require(taken.MonotonicNs > lastStamp && Math.Abs(MonotonicClock.NowNs - taken.MonotonicNs) < 30_000_000_000, $"The stamp {taken.MonotonicNs} follows {lastStamp}.");
                (lastSequence, lastStamp) = (taken.Sequence, taken.MonotonicNs);
                withStamp += taken.Metadata?.SensorTimestampNs is not null ? 1 : 0;
                taken.CopyTo(picture);
                Require(picture.Y.ContainsAnyExcept(picture.Y[0]), "The picture is one flat colour.");
                Require(taken.DmaBuf >= 0, "The picture has no dma-buf.");
                taken.Release();
                frames++;
            }

            Require(RigCam.Live() == 1, $"{RigCam.Live()} cameras are open.");
        }

        Require(withStamp == frames, $"Of {frames} frames {withStamp} have a sensor time stamp.");
        Require(RigCam.Live() == 0, $"{RigCam.Live()} cameras are still open.");
        return $"libcamera {LibcameraDiscovery.LibraryVersion()}: {camera.Model} ({camera.Id}), {camera.Modes.Count} modes, {frames} frames, {withStamp} with a sensor time stamp";
    }

    private static string LibcameraMissing()
    {
        try
        {
            LibcameraSource.Open("no such camera", Mode).Dispose();
        }
        catch (CameraFaultException e) when (e.Cause == DropCause.CameraGone)
        {
            return e.Message;
        }

        throw new SelfTestException("A camera that is not there was opened.");
    }

    private static LiveRun Open(string path, V4l2EncoderInfo info, bool lend) =>
        new(() => V4l2Camera.Open(path, Mode), Settings, layout => () => new V4l2Encoder(info, PixelFormats.Fwht, Settings, lend ? layout : null));

    private static void RequireAccounted(LiveRunResult result) =>
        Require(result.IsAccounted, $"{result.Frames.Count} frames and {result.DroppedFrames} dropped ({Causes(result)}) are not the {result.Slots} slots of the take.");

    private static string Causes(LiveRunResult result) =>
        result.Dropped.Count == 0 ? "none dropped" : string.Join(", ", result.Dropped.Select(d => $"{d.Key} {d.Value}"));

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new SelfTestException(otherwise);
        }
    }

    private sealed class SelfTestException(string message) : Exception(message);
}
