using System.Security.Cryptography;
using Rig.CameraNode.Dashcam.Copy;
using Rig.CameraNode.Dashcam.Staging;
using Rig.Tests.Support;

namespace Rig.Tests.Dashcam;

/// <summary>Copying from a folder that stands for the mounted volume; with a real volume in <see cref="DashcamWorldTests"/>.</summary>
public sealed class CopyJobTests : IDisposable
{
    private readonly TempFolder folder = new("dashcam-copy");
    private readonly StagingFolder staging;
    private readonly string card;
    private (long Total, long Free) space = (1L << 40, 1L << 39);

    public CopyJobTests()
    {
        staging = new StagingFolder(folder.File("staging"));
        staging.Create();
        card = folder.File("card");
        Directory.CreateDirectory(card);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_is_new_is_staged_under_its_name_with_its_time_and_its_bytes()
    {
        var sha256 = Film("Normal/Front/a.MP4", 3_000_000);
        var report = Copy();
        Assert.Equal((1, 3_000_000L, 0, null), (report.Copied, report.CopiedBytes, report.Skipped, report.Failure));
        Assert.Equal(sha256, Hash(staging.Full("Normal/Front/a.MP4")));
        Assert.Equal(File.GetLastWriteTimeUtc(Path.Combine(card, "Normal/Front/a.MP4")), File.GetLastWriteTimeUtc(staging.Full("Normal/Front/a.MP4")), TimeSpan.FromSeconds(1));
        Assert.Equal(["Normal/Front/a.MP4"], Pending().Select(file => file.Name));
        Assert.Empty(Directory.EnumerateFiles(staging.PartsFolder));
    }

    [Fact]
    public void What_is_known_is_not_copied_again_nor_what_has_the_same_bytes_under_another_name()
    {
        Film("a.MP4", 2_000_000);
        File.Copy(Path.Combine(card, "a.MP4"), Path.Combine(card, "copy of a.MP4"));
        Assert.Equal((1, 1), (Copy() is var first ? first.Copied : 0, first.Skipped));
        Assert.Equal((0, 2), (Copy() is var second ? second.Copied : 0, second.Skipped));
        Assert.Single(Pending());
    }

    [Fact]
    public void Two_films_with_one_name_size_and_time_are_both_kept()
    {
        var time = new DateTime(2015, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var first = Film("MOVI0001.AVI", 2_000_000, time);
        _ = Copy();
        var second = Film("MOVI0001.AVI", 2_000_000, time);
        _ = Copy();
        Assert.Equal(new[] { first, second }.Order(), Pending().Select(file => Hash(staging.Full(file.Name))).Order());
        Assert.Contains(Pending(), file => file.Name == $"MOVI0001~{second[..8]}.AVI");
    }

    [Fact]
    public void One_other_byte_between_the_samples_is_found_where_all_bytes_are_compared()
    {
        var time = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        Film("a.MP4", 5_000_000, time);
        _ = Copy();
        var bytes = File.ReadAllBytes(Path.Combine(card, "a.MP4"));
        bytes[300_001] ^= 1;
        File.WriteAllBytes(Path.Combine(card, "a.MP4"), bytes);
        File.SetLastWriteTimeUtc(Path.Combine(card, "a.MP4"), time);
        Assert.Equal(0, Copy().Copied);
        Assert.Equal(1, Copy(compareFull: true).Copied);
    }

    [Theory]
    [InlineData("with blanks and 'quotes' \"double\" $HOME `id`; rm -rf ~.MP4")]
    [InlineData("line\nbreak\tand\\backslash.MP4")]
    [InlineData("Übergrößenträger 日本 🚗.MP4")]
    [InlineData("-rf --delete.MP4")]
    [InlineData("no extension")]
    [InlineData(".rig/ledger.jsonl")]
    [InlineData(".rig-dashcam.lock")]
    public void Any_name_is_copied(string name)
    {
        var sha256 = Film(name, 100_000);
        var report = Copy();
        Assert.True(report.Succeeded, report.Failure);
        Assert.Equal(sha256, Hash(staging.Full(Assert.Single(Pending()).Name)));
    }

    [Fact]
    public void A_name_that_is_too_long_for_its_mark_is_cut()
    {
        var name = new string('ü', 125) + ".MP4";
        Film(name, 1000);
        _ = Copy();
        Film(name, 2000);
        Assert.True(Copy().Succeeded);
        Assert.Equal(2, Pending().Count);
    }

    [Fact]
    public void A_file_that_grows_while_it_is_copied_is_not_staged_half()
    {
        Film("grows.MP4", 3_000_000);
        Film("stays.MP4", 1_000_000);
        var report = Copy(atStep: step =>
        {
            if (step == CopyStep.Read)
            {
                return;
            }

            Grow("grows.MP4");
        });
        Assert.True(report.More);
        Assert.Equal(["stays.MP4"], Pending().Select(file => file.Name));

        Assert.Equal(1, Copy().Copied);
        Assert.Equal(2, Pending().Count);
    }

    [Fact]
    public void A_file_that_grew_once_is_copied_at_the_next_try()
    {
        Film("grows.MP4", 3_000_000);
        var grown = false;
        var report = Copy(atStep: step =>
        {
            if (!grown && step == CopyStep.Appended)
            {
                grown = true;
                Grow("grows.MP4");
            }
        });
        Assert.True(report.Succeeded);
        Assert.Equal(3_000_001, Assert.Single(Pending()).SizeBytes);
    }

    [Fact]
    public void Limits_leave_the_rest_for_the_next_time()
    {
        for (var i = 0; i < 5; i++)
        {
            Film($"{i}.MP4", 1_000_000, new DateTime(2026, 1, 1 + i, 0, 0, 0, DateTimeKind.Utc));
        }

        var report = Copy(new CopySelection([], "newest", 2, 0));
        Assert.Equal((2, true), (report.Copied, report.More));
        Assert.Equal(["3.MP4", "4.MP4"], Pending().Select(file => file.Name).Order());
        Assert.Equal((2, true), (Copy(new CopySelection([], "oldest", 0, 2_500_000)) is var second ? second.Copied : 0, second.More));
        Assert.Equal((1, false), (Copy() is var third ? third.Copied : 0, third.More));
    }

    [Fact]
    public void One_file_is_copied_also_where_it_is_larger_than_the_limit()
    {
        Film("large.MP4", 3_000_000);
        Assert.Equal(1, Copy(new CopySelection([], "oldest", 0, 10)).Copied);
    }

    [Fact]
    public void Only_the_chosen_folders_are_copied_and_links_and_empty_files_never()
    {
        Film("Normal/Front/a.MP4", 1000);
        Film("Event/b.MP4", 1000);
        File.WriteAllText(Path.Combine(card, "Normal/Front/empty.MP4"), "");
        File.CreateSymbolicLink(Path.Combine(card, "Normal/Front/link.MP4"), "/etc/hostname");
        Directory.CreateSymbolicLink(Path.Combine(card, "Normal/Front/folder"), "/etc");
        Assert.True(Copy(new CopySelection(["Normal/Front", "Missing"], "largest", 0, 0)).Succeeded);
        Assert.Equal(["Normal/Front/a.MP4"], Pending().Select(file => file.Name));
    }

    [Fact]
    public void A_full_staging_folder_stops_the_copy_and_loses_nothing()
    {
        Film("a.MP4", 1_000_000, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Film("b.MP4", 1_000_000, new DateTime(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc));
        space = (100_000_000, 1_500_000);
        var report = Copy(minFree: 1_000_000);
        Assert.Equal((0, true), (report.Copied, report.More));
        Assert.NotNull(report.StagingFull);

        space = (100_000_000, 90_000_000);
        Assert.Equal(2, Copy(minFree: 1_000_000).Copied);
    }

    [Fact]
    public void A_folder_is_not_filled_beyond_its_percentage()
    {
        Film("a.MP4", 1_000_000);
        space = (10_000_000, 1_500_000);
        Assert.NotNull(Copy(maxUsed: 90).StagingFull);
        Assert.Equal(1, Copy(maxUsed: 96).Copied);
    }

    [Fact]
    public void A_kill_at_any_step_loses_nothing_and_doubles_nothing()
    {
        var films = Enumerable.Range(0, 3).Select(i => Film($"{i}.MP4", 2_500_000)).ToList();
        foreach (var step in Enum.GetValues<CopyStep>())
        {
            for (var at = 1; at <= 3; at++)
            {
                Directory.Delete(staging.Root, recursive: true);
                staging.Create();
                var count = 0;
                Assert.Throws<KilledException>(() => Copy(atStep: now => _ = now == step && ++count == at ? throw new KilledException() : 0));
                Reconcile();
                Assert.True(Copy().Succeeded);
                Reconcile();
                Assert.Equal(films.Order(), Pending().Select(file => file.Sha256).Order());
                Assert.Equal(films.Order(), staging.Files().Select(name => Hash(staging.Full(name))).Order());
            }
        }
    }

    [Fact]
    public void A_cancelled_copy_goes_on_where_it_was_and_proves_what_it_had()
    {
        var sha256 = Film("a.MP4", 8_000_000);
        using var stop = new CancellationTokenSource();
        var appended = 0;
        _ = Copy(atStep: step =>
        {
            if (step == CopyStep.Appended && ++appended == 5)
            {
                stop.Cancel();
            }
        }, cancellation: stop.Token);

        appended = 0;
        var report = Copy(atStep: step => appended += step == CopyStep.Appended ? 1 : 0);
        Assert.Equal((1, 3), (report.Copied, appended));
        Assert.Equal(sha256, Hash(staging.Full("a.MP4")));
    }

    [Fact]
    public void A_part_that_the_disk_harmed_is_read_again()
    {
        var sha256 = Film("a.MP4", 8_000_000);
        using var stop = new CancellationTokenSource();
        _ = Copy(atStep: step => _ = step == CopyStep.Appended ? Cancel(stop) : 0, cancellation: stop.Token);
        var part = Directory.EnumerateFiles(staging.PartsFolder, "*.part").Single();
        var bytes = File.ReadAllBytes(part);
        bytes[1000] ^= 1;
        File.WriteAllBytes(part, bytes);

        Assert.Equal(1, Copy().Copied);
        Assert.Equal(sha256, Hash(staging.Full("a.MP4")));
    }

    [Fact]
    public void A_volume_that_is_gone_ends_the_copy_with_a_failure()
    {
        for (var i = 0; i < 8; i++)
        {
            Film($"{i}.MP4", 1_500_000);
        }

        var report = Copy(atStep: step =>
        {
            if (step == CopyStep.Recorded && Directory.Exists(card))
            {
                Directory.Delete(card, recursive: true);
            }
        });
        Assert.NotNull(report.Failure);
        Assert.InRange(report.Copied, 1, 7);
        Assert.Equal(report.Copied, Pending().Count);
    }

    [Fact]
    public void What_lies_in_the_staging_folder_unknown_is_uploaded_too()
    {
        Directory.CreateDirectory(staging.Full("old"));
        File.WriteAllText(staging.Full("old/film.MP4"), "of the predecessor");
        Reconcile();
        Assert.Equal(["old/film.MP4"], Pending().Select(file => file.Name));
    }

    [Fact]
    public void A_torn_last_line_of_the_ledger_is_dropped_and_its_file_found_again()
    {
        Film("a.MP4", 1000);
        Film("b.MP4", 1000);
        _ = Copy();
        var text = File.ReadAllText(staging.LedgerPath);
        File.WriteAllText(staging.LedgerPath, text[..^20]);
        Reconcile();
        Assert.Equal(["a.MP4", "b.MP4"], Pending().Select(file => file.Name).Order());
        Assert.EndsWith("\n", File.ReadAllText(staging.LedgerPath));
    }

    [Fact]
    public void A_ledger_damaged_elsewhere_stops_the_start_and_says_what_to_do()
    {
        Film("a.MP4", 1000);
        Film("b.MP4", 1000);
        _ = Copy();
        File.WriteAllText(staging.LedgerPath, "{\"file\": nonsense\n" + File.ReadAllText(staging.LedgerPath));
        Assert.Contains("Line 1", Assert.Throws<InvalidDataException>(() => Ledger.Open(staging.LedgerPath)).Message);
    }

    private void Grow(string name)
    {
        using var file = new FileStream(Path.Combine(card, name), FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        file.WriteByte(1);
    }

    private static int Cancel(CancellationTokenSource stop)
    {
        stop.Cancel();
        return 0;
    }

    private static string Hash(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    private string Film(string name, int size, DateTime? time = null)
    {
        var path = Path.Combine(card, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, RandomNumberGenerator.GetBytes(size));
        File.SetLastWriteTimeUtc(path, time ?? new DateTime(2026, 6, 1, 0, 0, 0, DateTimeKind.Utc));
        return Hash(path);
    }

    private CopyReport Copy(
        CopySelection? selection = null, bool compareFull = false, Action<CopyStep>? atStep = null, long minFree = 0, double maxUsed = 100, CancellationToken cancellation = default)
    {
        using var ledger = Ledger.Open(staging.LedgerPath);
        var ports = new CopyPorts(staging, ledger, new StagingSpace(() => space, minFree, maxUsed), TimeProvider.System, atStep);
        return new CopyJob(ports, selection ?? new CopySelection([], "oldest", 0, 0), compareFull, _ => { }).Run(card, cancellation);
    }

    private void Reconcile()
    {
        using var ledger = Ledger.Open(staging.LedgerPath);
        _ = Reconciliation.Run(staging, ledger, TimeProvider.System);
    }

    private IReadOnlyList<StagedFile> Pending()
    {
        using var ledger = Ledger.Open(staging.LedgerPath);
        return ledger.Pending();
    }

    private sealed class KilledException : Exception;
}
