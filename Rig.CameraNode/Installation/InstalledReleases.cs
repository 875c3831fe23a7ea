using Rig.CameraNode.Updates;

namespace Rig.CameraNode.Installation;

/// <summary>
/// The releases on this box and the three links that say which is which: <c>current</c> starts, <c>good</c> was well when it ran,
/// <c>previous</c> was so before it. While <c>current</c> and <c>good</c> differ, <c>current</c> is on trial.
/// </summary>
/// <remarks>
/// Each method changes one link after the other, each in one step, and after any of those steps <c>current</c> leads to a whole
/// release. What is not led to may be half of one and is deleted by <see cref="Settle"/>.
/// </remarks>
internal sealed class InstalledReleases(IInstallFiles files)
{
    public const string Folder = "releases";
    public const string Incoming = Folder + "/.incoming";
    public const string Staged = Folder + "/.staged";

    /// <summary>The program in each release.</summary>
    public const string Program = "rig-node";

    private const string CurrentLink = "current";
    private const string GoodLink = "good";
    private const string PreviousLink = "previous";

    /// <summary>What scripts/install-node.sh laid down.</summary>
    private const string ByHand = "installed";

    /// <summary>Such as <c>releases/1.2.0</c>; null where there is none.</summary>
    public string? Current => Target(CurrentLink);

    public string? Good => Target(GoodLink);

    public string? Previous => Target(PreviousLink);

    public bool OnTrial => Current is { } current && Good is { } good && current != good;

    /// <summary>Mends what a power cut left: links that lead nowhere, and releases and parts that no link leads to.</summary>
    public void Settle()
    {
        files.CreateFolder(Folder);
        foreach (var name in files.NamesIn("").Where(name => name.StartsWith('.') && name.EndsWith(".new", StringComparison.Ordinal)))
        {
            files.Delete(name);
        }

        if (Good is null && Current is { } current)
        {
            Point(GoodLink, current);
        }

        if (Current is null && Good is { } good)
        {
            Point(CurrentLink, good);
        }

        if (!OnTrial && Previous is { } previous && previous == Current)
        {
            Unlink(PreviousLink);
        }

        var kept = new[] { Current, Good, Previous };
        foreach (var path in files.NamesIn(Folder).Select(name => $"{Folder}/{name}").Where(path => !kept.Contains(path)))
        {
            files.Delete(path);
        }

        files.SyncFolder(Folder);
        files.SyncFolder("");
    }

    /// <summary>Gives what was unpacked to <see cref="Staged"/>, durably, its name.</summary>
    /// <returns>What a link may lead to.</returns>
    public string Adopt(string version)
    {
        var release = $"{Folder}/{version}";
        if (!files.IsFile($"{Staged}/{Program}"))
        {
            throw new UpdateException($"The update holds no program {Program}.");
        }

        if (release == Current || release == Good || release == Previous)
        {
            throw new UpdateException($"Version {version} is on this box already.");
        }

        files.Delete(release);
        files.Rename(Staged, release);
        files.SyncFolder(Folder);
        return release;
    }

    /// <summary>From now on the node starts from there; on trial until <see cref="Confirm"/> or <see cref="GoBack"/>.</summary>
    public void Switch(string release) => Point(CurrentLink, release);

    /// <summary>The trial went well. After a step back there is nothing left to go back to; what was left is deleted by the next <see cref="Settle"/>.</summary>
    public void Confirm()
    {
        if (Current is not { } current || current == Good)
        {
            return;
        }

        if (Previous == current)
        {
            Point(GoodLink, current);
            Unlink(PreviousLink);
            return;
        }

        if (Good is { } before)
        {
            Point(PreviousLink, before);
        }

        Point(GoodLink, current);
    }

    /// <summary>The trial went wrong.</summary>
    public void GoBack()
    {
        if (Good is { } good)
        {
            Point(CurrentLink, good);
        }
    }

    /// <summary><c>releases/1.2.0</c> as a person says it.</summary>
    public static string NameOf(string release) => release[(release.LastIndexOf('/') + 1)..];

    // A release counts only by its program, which is there only when all of it is.
    private string? Target(string link) => files.LinkTarget(link) is { } target && IsRelease(target) && files.IsFile($"{target}/{Program}") ? target : null;

    private static bool IsRelease(string target) => target == ByHand || (target.StartsWith(Folder + "/", StringComparison.Ordinal) && ReleaseVersion.TryParse(target[(Folder.Length + 1)..], out _));

    private void Point(string link, string release)
    {
        var fresh = $".{link}.new";
        files.Delete(fresh);
        files.CreateLink(fresh, release);
        files.Rename(fresh, link);
        files.SyncFolder("");
    }

    private void Unlink(string link)
    {
        files.Delete(link);
        files.SyncFolder("");
    }
}
