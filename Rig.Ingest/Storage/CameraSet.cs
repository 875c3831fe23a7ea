using Rig.Domain.Identity;
using Rig.Hosting.Configuration;

namespace Rig.Ingest.Storage;

/// <summary>The cameras of this rig (<c>Rig:Cameras</c>): the only ones whose takes are accepted.</summary>
public sealed class CameraSet
{
    public const string Key = "Rig:Cameras";

    private static readonly string[] Default = ["CAM_L", "CAM_C", "CAM_R"];

    private CameraSet(IReadOnlyList<CameraId> cameras) => Cameras = cameras;

    public IReadOnlyList<CameraId> Cameras { get; }

    public bool Contains(CameraId camera) => Cameras.Contains(camera);

    /// <summary>Left to right as the rig stands; further cameras follow by name.</summary>
    public static int OrderOf(CameraId camera) => camera.Value switch { "CAM_L" => 0, "CAM_C" => 1, "CAM_R" => 2, _ => 3 };

    /// <exception cref="StartupException">A name is not a camera id or appears twice.</exception>
    public static CameraSet FromConfiguration(IConfiguration configuration)
    {
        var names = configuration.GetSection(Key).Get<string[]>() is { Length: > 0 } configured ? configured : Default;
        var cameras = new List<CameraId>();
        foreach (var name in names)
        {
            if (!CameraId.TryParse(name, out var camera) || cameras.Contains(camera))
            {
                throw new StartupException($"{Key} contains '{name}'. Each entry must be a different camera id: CAM_ and 1 to 8 capital letters or digits, such as CAM_L.");
            }

            cameras.Add(camera);
        }

        return new CameraSet(cameras);
    }

    public override string ToString() => string.Join(", ", Cameras);
}
