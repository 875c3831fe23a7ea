using System.Text.RegularExpressions;

namespace Rig.CameraNode.Network;

/// <summary>Configuration section <c>Rig:AccessPoint</c>: the Wi-Fi that a node opens where there is none.</summary>
internal sealed partial class AccessPointOptions
{
    public const string Section = "Rig:AccessPoint";

    /// <summary>Lets the routes <c>/network/ap/*</c> change this machine's Wi-Fi.</summary>
    public bool Allowed { get; set; }

    /// <summary>1 to 32 bytes; empty: <c>SOCCER_CAM_L</c> on CAM_L.</summary>
    public string Ssid { get; set; } = "";

    /// <summary>WPA2, 8 to 63 printable ASCII characters. A secret: it is in no reply, log or process list.</summary>
    public string Passphrase { get; set; } = "";

    /// <summary>Empty: the first Wi-Fi interface.</summary>
    public string Interface { get; set; } = "";

    /// <summary>In the 2.4 GHz band; 1 to 13.</summary>
    public int Channel { get; set; } = 7;

    /// <summary>NetworkManager's command line program.</summary>
    public string Nmcli { get; set; } = "nmcli";

    public IEnumerable<string> Errors()
    {
        if (System.Text.Encoding.UTF8.GetByteCount(Ssid) > 32 || Ssid.Any(char.IsControl))
        {
            yield return $"{Section}:Ssid is longer than 32 bytes or has control characters.";
        }

        // Never shown, not even when it is wrong.
        if (Passphrase.Length > 0 && !Wpa2().IsMatch(Passphrase))
        {
            yield return $"{Section}:Passphrase must have 8 to 63 printable ASCII characters.";
        }

        if (Interface.Length > 0 && !InterfaceName().IsMatch(Interface))
        {
            yield return $"{Section}:Interface is '{Interface}'; use a name such as wlan0, or leave it empty.";
        }

        if (Channel is < 1 or > 13)
        {
            yield return $"{Section}:Channel is {Channel}; use 1 to 13.";
        }

        if (Nmcli.Length == 0)
        {
            yield return $"{Section}:Nmcli is empty; name NetworkManager's program, nmcli.";
        }
    }

    [GeneratedRegex(@"^[\x20-\x7e]{8,63}\z")]
    private static partial Regex Wpa2();

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,15}\z")]
    private static partial Regex InterfaceName();
}
