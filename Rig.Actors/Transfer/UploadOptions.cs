namespace Rig.Actors.Transfer;

/// <summary>How a camera node uploads its takes to a server; section <c>Rig:Offload</c>, with the names of seed 001.</summary>
public sealed class UploadOptions
{
    public const string Section = "Rig:Offload";

    /// <summary>Root of the server's routes.</summary>
    public string ServerUrl { get; set; } = "http://192.168.1.200:8081";

    /// <summary>Upload every take that no server has confirmed, whenever the server can be reached.</summary>
    public bool AutoUpload { get; set; }

    /// <summary>Upload each take as soon as it is sealed.</summary>
    public bool UploadOnRecordStop { get; set; }

    /// <summary>Attempts a job gets before it counts as failed.</summary>
    public int RetryCount { get; set; } = 5;

    /// <summary>Wait before the second attempt; each further one waits twice as long.</summary>
    public double RetryDelaySec { get; set; } = 5;

    /// <summary>Bytes read from the disk and handed to the network at a time.</summary>
    public int ChunkSizeKb { get; set; } = 1024;

    /// <summary>Hash the file again while it is sent, so that a disk that lost bits is named at once.</summary>
    public bool VerifyChecksum { get; set; } = true;

    /// <summary>Without a byte moving for this long an attempt ends and is tried again.</summary>
    public double StallTimeoutSec { get; set; } = 30;

    /// <summary>Key of the server's <c>Rig:Security:ApiKey</c>; empty sends none.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>
    /// The server that <see cref="ApiKey"/> is for, as <see cref="ServerUrl"/> names it; it goes to no other. Empty: the one that the
    /// installation names, whatever was changed on the node's page since.
    /// </summary>
    public string ApiKeyServer { get; set; } = "";

    /// <summary>PEM file with the authority that signed the server's certificate; empty trusts the system's.</summary>
    public string ServerCaPath { get; set; } = "";

    /// <summary>SHA-256 of the server's certificate in hex; empty pins none.</summary>
    public string ServerCertificateSha256 { get; set; } = "";

    /// <summary>PEM files that show the server who this node is; both or none.</summary>
    public string ClientCertificatePath { get; set; } = "";

    public string ClientKeyPath { get; set; } = "";

    public IEnumerable<string> Errors()
    {
        if (!Uri.TryCreate(ServerUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
        {
            yield return $"{Section}:ServerUrl is '{ServerUrl}'; use a form such as http://192.168.1.200:8081.";
        }

        if (RetryCount is < 1 or > 20)
        {
            yield return $"{Section}:RetryCount is {RetryCount}; use 1 to 20.";
        }

        if (RetryDelaySec is not (>= 0 and <= 3600))
        {
            yield return $"{Section}:RetryDelaySec is {RetryDelaySec}; use 0 to 3600.";
        }

        if (ChunkSizeKb is < 16 or > 4096)
        {
            yield return $"{Section}:ChunkSizeKb is {ChunkSizeKb}; use 16 to 4096.";
        }

        if (StallTimeoutSec is not (>= 1 and <= 600))
        {
            yield return $"{Section}:StallTimeoutSec is {StallTimeoutSec}; use 1 to 600.";
        }

        if (ServerCertificateSha256.Length > 0 && (ServerCertificateSha256.Length != 64 || !ServerCertificateSha256.All(char.IsAsciiHexDigit)))
        {
            yield return $"{Section}:ServerCertificateSha256 must be 64 hex digits: the SHA-256 of the server's certificate.";
        }

        if (ServerCaPath.Length > 0 && ServerCertificateSha256.Length > 0)
        {
            yield return $"{Section}:ServerCaPath and {Section}:ServerCertificateSha256 are both set; use one of them.";
        }

        if (ClientCertificatePath.Length > 0 != ClientKeyPath.Length > 0)
        {
            yield return $"{Section}:ClientCertificatePath and {Section}:ClientKeyPath belong together; set both or none.";
        }

        foreach (var (key, path) in new[] { (nameof(ServerCaPath), ServerCaPath), (nameof(ClientCertificatePath), ClientCertificatePath), (nameof(ClientKeyPath), ClientKeyPath) })
        {
            if (path.Length > 0 && !Path.IsPathFullyQualified(path))
            {
                yield return $"{Section}:{key} must be a full path.";
            }
        }
    }
}
