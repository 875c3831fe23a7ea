using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Rig.Actors.Pipeline;
using Rig.Domain.Match;
using Rig.Domain.Publishing;
using Rig.Hosting.Files;
using Rig.Media;

namespace Rig.Ingest.Renditions;

/// <param name="PanoramaPath">The stitched panorama.</param>
/// <param name="PosterSeconds">The moment that the poster shows.</param>
internal sealed record MatchToRender(
    string SessionPath, string PanoramaPath, PanoramaGeometry Geometry, IReadOnlyList<FollowKey> Follow, double FramesPerSecond, double DurationSeconds, double PosterSeconds);

/// <summary>
/// Makes a match's renditions in the session's folder <c>renditions/</c>. They appear there together and only after they were
/// checked; renditions of the same panorama and the same path are not made twice.
/// </summary>
internal sealed class RenditionMaker(IOptions<RenditionOptions> options)
{
    public const string Folder = "renditions";
    public const string SetName = "renditions.json";
    private const string InputsName = "inputs.txt";

    /// <summary>Changes when what is made of the same inputs changes.</summary>
    private const int Version = 1;

    private const int PosterWidth = 1280;
    private const int PosterHeight = 720;

    /// <exception cref="StageFailedException">What came out is not what a player can play; the message says what.</exception>
    public async Task<RenditionSet> MakeAsync(MatchToRender match, IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(match.SessionPath, Folder);
        var inputs = Inputs(match);
        if (Made(folder, inputs, match.DurationSeconds) is { } made)
        {
            return made;
        }

        var work = folder + ".part";
        if (Directory.Exists(work))
        {
            Directory.Delete(work, recursive: true);
        }

        DurableFile.CreateDirectory(work);
        var set = await MakeAsync(match, work, progress, cancellationToken);
        var problems = RenditionCheck.Problems(work, set, match.DurationSeconds);
        if (problems.Count > 0)
        {
            throw new StageFailedException($"The renditions came out wrong: {string.Join(" ", problems.Take(3))}");
        }

        foreach (var name in set.FileNames)
        {
            using var handle = File.OpenHandle(Path.Combine(work, name), FileMode.Open, FileAccess.ReadWrite);
            RandomAccess.FlushToDisk(handle);
        }

        DurableFile.Write(Path.Combine(work, InputsName), Encoding.UTF8.GetBytes(inputs));
        DurableFile.Write(Path.Combine(work, SetName), JsonSerializer.SerializeToUtf8Bytes(set, PublicationJson.Default.RenditionSet));
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.Move(work, folder);
        DurableFile.SyncDirectory(match.SessionPath);
        return set;
    }

    private async Task<RenditionSet> MakeAsync(MatchToRender match, string work, IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        string PathOf(string name) => Path.Combine(work, name);
        var (geometry, fps) = (match.Geometry, match.FramesPerSecond);
        var follow = Ladder.Follow(fps);
        var within = new Direct(f => progress.Report(new StageProgress(f * 0.5, "Rendering the follow camera")));
        await new FollowRenderer(match.PanoramaPath, geometry, match.Follow, fps, options.Value)
            .RenderAsync(follow, match.DurationSeconds, plan => PathOf(plan.File), within, cancellationToken);

        progress.Report(new StageProgress(0.5, "Rendering the panorama"));
        LadderPlan[] panoramas = [Ladder.Panorama(geometry, fps), .. Ladder.PanoramaHevc(geometry, fps) is { } hevc ? new[] { hevc } : []];
        foreach (var ladder in panoramas)
        {
            string[] arguments =
            [
                "-filter_complex", EncoderArguments.Graph(geometry.Width, geometry.Height, ladder.Renditions),
                .. ladder.Renditions.SelectMany((plan, i) => EncoderArguments.Of(plan, $"v{i}", options.Value, PathOf(plan.File))).SkipLast(1),
            ];
            await Transcode.ToFileAsync(new MediaInput(match.PanoramaPath), arguments, PathOf(ladder.Renditions[^1].File), Timeout.InfiniteTimeSpan, cancellationToken);
        }

        progress.Report(new StageProgress(0.95, "Making the scrub bar's pictures"));
        var sound = await SoundAsync(match.PanoramaPath, work, cancellationToken);
        RenditionLadder[] ladders = [.. panoramas.Prepend(follow).Select(ladder => Describe(ladder, fps, sound, work))];
        var first = ladders[0].Renditions;
        var thumbnails = await ScrubSheets.MakeAsync(PathOf(first[^1].File), first[^1].Segments, PathOf, cancellationToken);
        await Transcode.ToFileAsync(
            new MediaInput(PathOf(first[0].File)) { FromSeconds = match.PosterSeconds },
            ["-frames:v", "1", "-vf", $"scale={PosterWidth}:{PosterHeight}", "-q:v", "4", "-f", "image2", "-update", "1"], PathOf("poster.jpg"), TimeSpan.FromMinutes(5), cancellationToken);
        return new RenditionSet(ladders, "poster.jpg", thumbnails);
    }

    /// <summary>Measures what was made and writes its playlists.</summary>
    private static RenditionLadder Describe(LadderPlan ladder, double fps, SoundRendition? sound, string work)
    {
        Rendition[] renditions = [.. ladder.Renditions.Select(plan =>
        {
            var file = FragmentedFile.Read(Path.Combine(work, plan.File));
            File.WriteAllText(Path.Combine(work, plan.Playlist), HlsPlaylist.Media(file, plan.File));
            return new Rendition(
                plan.Name, plan.Codec, file.CodecString, file.Width, file.Height, Math.Round(fps, 3), file.Fragments.Count, file.SizeBytes, file.PeakBitsPerSecond, file.AverageBitsPerSecond, plan.Playlist, plan.File);
        })];
        File.WriteAllText(Path.Combine(work, ladder.MasterPlaylist), HlsPlaylist.Master(renditions, sound));
        return new RenditionLadder(ladder.Kind, ladder.MasterPlaylist, renditions, sound);
    }

    private static async Task<SoundRendition?> SoundAsync(string panoramaPath, string work, CancellationToken cancellationToken)
    {
        if (!(await MediaProbe.ReadAsync(panoramaPath, cancellationToken)).HasAudio)
        {
            return null;
        }

        const string Name = "sound.mp4";
        await Transcode.ToFileAsync(new MediaInput(panoramaPath), EncoderArguments.Sound, Path.Combine(work, Name), Timeout.InfiniteTimeSpan, cancellationToken);
        var file = FragmentedFile.Read(Path.Combine(work, Name));
        const string Playlist = "sound.m3u8";
        await File.WriteAllTextAsync(Path.Combine(work, Playlist), HlsPlaylist.Media(file, Name), cancellationToken);
        return new SoundRendition(file.CodecString, file.Fragments.Count, file.SizeBytes, file.PeakBitsPerSecond, file.AverageBitsPerSecond, Playlist, Name);
    }

    /// <returns>What an earlier attempt made of the same inputs and what is still whole; else null.</returns>
    private static RenditionSet? Made(string folder, string inputs, double durationSeconds)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, InputsName)) == inputs
                && JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(folder, SetName)), PublicationJson.Default.RenditionSet) is { } set
                && RenditionCheck.Problems(folder, set, durationSeconds).Count == 0
                ? set
                : null;
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }

    private string Inputs(MatchToRender match)
    {
        var panorama = new FileInfo(match.PanoramaPath);
        var path = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(match.Follow, TrackingJson.Default.IReadOnlyListFollowKey));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Version} {panorama.Length} {panorama.LastWriteTimeUtc.Ticks} {Convert.ToHexStringLower(path)} {match.PosterSeconds} {options.Value.Preset} {options.Value.HevcPreset}");
    }

    /// <summary>Reports at once, on the caller's thread, so that progress never runs backwards.</summary>
    private sealed class Direct(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
