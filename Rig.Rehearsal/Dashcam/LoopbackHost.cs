using System.Globalization;
using Rig.Rehearsal.Demo;

namespace Rig.Rehearsal.Dashcam;

/// <summary>The home server's side of an upload: an sshd on loopback with keys of its own.</summary>
internal sealed class LoopbackHost : IAsyncDisposable
{
    private readonly string folder;
    private DemoProcess? sshd;

    /// <param name="folder">Everything of it lies there.</param>
    internal LoopbackHost(string folder)
    {
        this.folder = folder;
        Port = FreePort.Next();
        Directory.CreateDirectory(Destination);
        foreach (var key in new[] { "host_key", "client_key", "other_key" })
        {
            WorldTools.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(folder, key));
        }

        File.Copy(Path.Combine(folder, "client_key.pub"), Path.Combine(folder, "authorized_keys"));
        KnowHost("host_key");
        File.WriteAllText(Path.Combine(folder, "sshd_config"), string.Create(CultureInfo.InvariantCulture, $"""
            Port {Port}
            ListenAddress 127.0.0.1
            HostKey {folder}/host_key
            AuthorizedKeysFile {folder}/authorized_keys
            PidFile {folder}/sshd.pid
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            PermitRootLogin prohibit-password

            """));
    }

    internal int Port { get; }

    internal string Destination => Path.Combine(folder, "remote");

    internal string Key => Path.Combine(folder, "client_key");

    internal string KnownHosts => Path.Combine(folder, "known_hosts");

    /// <summary>The client is told that the host has this key.</summary>
    internal void KnowHost(string key)
    {
        var words = File.ReadAllText(Path.Combine(folder, key + ".pub")).Split(' ');
        File.WriteAllText(KnownHosts, string.Create(CultureInfo.InvariantCulture, $"[127.0.0.1]:{Port} {words[0]} {words[1]}\n"));
    }

    internal void Start()
    {
        if (sshd is null)
        {
            // sshd wants it where it gives up its rights; systemd makes it elsewhere.
            Directory.CreateDirectory("/run/sshd");
            sshd = DemoProcess.StartOther("sshd", "/usr/sbin/sshd", ["-D", "-e", "-f", Path.Combine(folder, "sshd_config")], new Dictionary<string, string>(), folder);
        }
    }

    internal async Task StopAsync()
    {
        if (sshd is { } running)
        {
            sshd = null;
            await running.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
