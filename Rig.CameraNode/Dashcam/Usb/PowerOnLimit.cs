using System.Text.Json;
using Rig.CameraNode.Native;
using Rig.Hosting.Files;

namespace Rig.CameraNode.Dashcam.Usb;

/// <summary>
/// Lets the camera's power be switched on once in a while and no more often, whatever fails, this program's own starts included: the last time is kept
/// in a file. Switching off is never put off; a port that is off needs a start before it can be switched off again.
/// </summary>
/// <param name="afterOff">The least time between switching off and on.</param>
internal sealed class PowerOnLimit(string path, TimeSpan between, TimeSpan afterOff, Func<TimeSpan> sinceBoot, string bootId)
{
    /// <summary>Before the machine was started; a number that JSON holds.</summary>
    private const double LongAgo = -1e6;

    private readonly TimeSpan begin = sinceBoot();
    private Times times = Load(path, bootId);

    /// <summary>Null: now.</summary>
    internal TimeSpan? Wait()
    {
        var now = sinceBoot();
        var next = TimeSpan.FromSeconds(Math.Max(times.OnAtSeconds + between.TotalSeconds, times.OffAtSeconds + afterOff.TotalSeconds));
        return next > now ? next - now : null;
    }

    /// <summary>To be called before the order is given.</summary>
    /// <exception cref="IOException">The time could not be kept, and this program runs for less than the limit: a start that crashes soon would not know of it.</exception>
    internal void SwitchingOn()
    {
        var next = times with { OnAtSeconds = sinceBoot().TotalSeconds };
        try
        {
            Keep(next);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && sinceBoot() - begin >= between)
        {
            // A full disk is no reason not to record.
            times = next;
        }
    }

    internal void SwitchedOff()
    {
        times = times with { OffAtSeconds = sinceBoot().TotalSeconds };
        try
        {
            Keep(times);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The pause before the next start is forgotten when this program restarts; the limit on starts is not.
        }
    }

    /// <summary>Time since the machine was started, also while it slept.</summary>
    internal static TimeSpan SinceBoot() => TimeSpan.FromTicks(Posix.BootNowNs() / 100);

    /// <summary>Changes at each boot, when <see cref="SinceBoot"/> starts at zero again.</summary>
    internal static string ThisBoot() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    private void Keep(Times next)
    {
        DurableFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(next), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        times = next;
    }

    private static Times Load(string path, string bootId)
    {
        try
        {
            return File.Exists(path) && JsonSerializer.Deserialize<Times>(File.ReadAllText(path)) is { } kept && kept.BootId == bootId ? kept : new Times(bootId);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return new Times(bootId);
        }
    }

    private sealed record Times(string BootId, double OnAtSeconds = LongAgo, double OffAtSeconds = LongAgo);
}
