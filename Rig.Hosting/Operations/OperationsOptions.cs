using System.Net;
using Rig.Domain.Operations;

namespace Rig.Hosting.Operations;

/// <summary>The port that <c>rigctl</c> speaks to.</summary>
public sealed class OperationsOptions
{
    public const string Section = "Rig:Operations";

    /// <summary>A token shorter than this could be guessed.</summary>
    public const int MinTokenLength = 16;

    /// <summary>False opens no port.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>127.0.0.1 is reached from this machine alone; name the LAN's address to be reached from there.</summary>
    public string ListenAddress { get; set; } = "127.0.0.1";

    /// <summary>0 takes any free port.</summary>
    public int Port { get; set; } = OperationsHttp.DefaultPort;

    /// <summary>What an operator must know. Empty: what <see cref="TokenPath"/> holds.</summary>
    public string Token { get; set; } = "";

    /// <summary>Made at the first start, for its owner's eyes only.</summary>
    public string TokenPath { get; set; } = "/var/lib/rig-node/operations-token";

    public IEnumerable<string> Errors()
    {
        if (!IPAddress.TryParse(ListenAddress, out _))
        {
            yield return $"{Section}:ListenAddress is '{ListenAddress}'; use an IP address of this machine, such as 127.0.0.1.";
        }

        if (Port is < 0 or > 65535)
        {
            yield return $"{Section}:Port is {Port}; use 1 to 65535, or 0 for any free one.";
        }

        if (Token.Length is > 0 and < MinTokenLength)
        {
            yield return $"{Section}:Token is shorter than {MinTokenLength} characters; use more, or leave it empty to have one made.";
        }

        if (Token.Length == 0 && TokenPath.Length == 0)
        {
            yield return $"{Section}:TokenPath is empty and so is Token; set one of them.";
        }
    }
}
