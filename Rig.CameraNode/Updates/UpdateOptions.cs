using System.Runtime.InteropServices;

namespace Rig.CameraNode.Updates;

internal sealed class UpdateOptions
{
    public const string Section = "Rig:Update";

    /// <summary>Answers like GitHub's <c>/repos/OWNER/NAME/releases/latest</c>; empty: no updates.</summary>
    public string ReleasesUrl { get; set; } = "";

    /// <summary>Holds <c>releases/VERSION/</c> and the link <c>current</c> that the service starts from. The node only reads there.</summary>
    public string InstallPath { get; set; } = "/opt/rig-node";

    /// <summary>Where the helper listens that alone may write to <see cref="InstallPath"/>.</summary>
    public string HelperSocket { get; set; } = "/run/rig-node-update.sock";

    /// <summary>The helper starts the node again after a switch and watches whether the version is well. Else the next start takes it as it is.</summary>
    public bool RestartAfterApply { get; set; } = true;

    public long MaxDownloadMb { get; set; } = 500;

    /// <summary>An asset for this machine has this in its name.</summary>
    public string Platform { get; set; } = ThisMachine;

    internal static string ThisMachine { get; } = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";

    public IEnumerable<string> Errors()
    {
        if (ReleasesUrl.Length > 0 && !(Uri.TryCreate(ReleasesUrl, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
        {
            yield return $"{Section}:ReleasesUrl is '{ReleasesUrl}'; use an address such as https://api.github.com/repos/OWNER/NAME/releases/latest, or leave it empty.";
        }

        if (InstallPath.Length == 0)
        {
            yield return $"{Section}:InstallPath is empty; name the folder that holds the releases.";
        }

        if (HelperSocket.Length == 0)
        {
            yield return $"{Section}:HelperSocket is empty; name the socket of the helper that installs updates.";
        }

        if (MaxDownloadMb is < 1 or > 10000)
        {
            yield return $"{Section}:MaxDownloadMb is {MaxDownloadMb}; use 1 to 10000.";
        }
    }
}
