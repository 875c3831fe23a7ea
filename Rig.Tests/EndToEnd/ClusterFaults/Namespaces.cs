using System.Diagnostics;

namespace Rig.Tests.EndToEnd.ClusterFaults;

/// <summary>A network of its own for each node: namespaces, joined by a bridge whose ports can be pulled.</summary>
internal sealed class Namespaces : IDisposable
{
    private readonly string prefix = $"rig{Environment.ProcessId}";
    private readonly List<string> made = [];

    private string Hub => prefix + "hub";

    /// <returns>Why this machine cannot do it, or null.</returns>
    public string? TryCreate(IReadOnlyDictionary<string, string> addresses)
    {
        try
        {
            Make(Hub);
            Run("-n", Hub, "link", "add", "br0", "type", "bridge");
            Run("-n", Hub, "link", "set", "br0", "up");
            foreach (var (name, address) in addresses)
            {
                var own = Of(name);
                Make(own);
                Run("-n", own, "link", "set", "lo", "up");
                Run("link", "add", "eth0", "netns", own, "type", "veth", "peer", "name", Port(name), "netns", Hub);
                Run("-n", own, "address", "add", address + "/24", "dev", "eth0");
                Run("-n", own, "link", "set", "eth0", "up");
                Run("-n", Hub, "link", "set", Port(name), "master", "br0", "up");
            }

            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return e.Message;
        }
    }

    public string Of(string name) => $"{prefix}{name.ToLowerInvariant().Replace("_", "", StringComparison.Ordinal)}";

    /// <summary>Pulls the plug: nothing is refused, nothing arrives.</summary>
    public void Cut(string name) => Run("-n", Hub, "link", "set", Port(name), "down");

    public void Heal(string name) => Run("-n", Hub, "link", "set", Port(name), "up");

    public void Dispose()
    {
        foreach (var name in made)
        {
            Run("netns", "del", name);
        }
    }

    private static string Port(string name) => "p" + name.ToLowerInvariant().Replace("_", "", StringComparison.Ordinal);

    private void Make(string name)
    {
        Run("netns", "add", name);
        made.Add(name);
    }

    private static void Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {error.Trim()}");
        }
    }
}
