using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.CameraNode.Storage;
using Rig.Domain.Identity;

namespace Rig.Tests.Storage;

public sealed class SessionNoteTests : IDisposable
{
    private readonly TakeBench bench = new();

    private string NotePath => Path.Combine(bench.Storage.RecordingsPath, SessionNoteFile.FileName);

    public void Dispose() => bench.Dispose();

    [Theory]
    [InlineData(SessionNoteState.Recording)]
    [InlineData(SessionNoteState.StoppedHere)]
    [InlineData(SessionNoteState.Ended)]
    public void A_note_is_read_as_it_was_written(SessionNoteState state)
    {
        var note = new SessionNote(TakeBench.Id(3), [CameraId.Left, CameraId.Right], state);
        File().Write(note);
        var read = File().Read()!;
        Assert.Equal((note.TakeId, note.State), (read.TakeId, read.State));
        Assert.Equal(note.SessionCameras, read.SessionCameras);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("""{"recording_id":"../../etc","session_cameras":[],"state":"Recording"}""")]
    [InlineData("""{"recording_id":"G_CAM_L","session_cameras":["x"],"state":"Recording"}""")]
    [InlineData("""{"recording_id":"G_CAM_L","session_cameras":[],"state":"Dancing"}""")]
    public void What_is_no_note_counts_as_none(string content)
    {
        Directory.CreateDirectory(bench.Storage.RecordingsPath);
        System.IO.File.WriteAllText(NotePath, content);
        Assert.Null(File().Read());
        Assert.Null(new SessionNotes(File(), TimeSpan.FromMinutes(15)).Found);
    }

    [Fact]
    public async Task The_last_frame_is_found_behind_what_a_power_cut_left_of_the_index()
    {
        await bench.WriteAsync();
        var index = bench.Paths().Index;
        var last = FrameIndex.Read(await System.IO.File.ReadAllBytesAsync(index))[^1];
        var expected = DateTimeOffset.UnixEpoch.AddTicks(last.WallNs / 100);
        Assert.Equal(expected, File().LastFrameAt(TakeBench.Id()));

        // Whole pages that were never written, and a torn record.
        await System.IO.File.AppendAllBytesAsync(index, new byte[50_003]);
        Assert.Equal(expected, File().LastFrameAt(TakeBench.Id()));
    }

    [Fact]
    public void A_take_without_an_index_has_no_last_frame_and_does_not_go_on()
    {
        File().Write(new SessionNote(TakeBench.Id(), [CameraId.Left], SessionNoteState.Recording));
        Assert.Null(File().LastFrameAt(TakeBench.Id()));
        Assert.Null(new SessionNotes(File(), TimeSpan.FromMinutes(15)).Found);
    }

    [Fact]
    public async Task Only_a_session_that_nobody_stopped_is_found_as_cut_off()
    {
        await bench.WriteAsync();
        foreach (var state in Enum.GetValues<SessionNoteState>())
        {
            File().Write(new SessionNote(TakeBench.Id(), [CameraId.Left], state));
            Assert.Equal(state == SessionNoteState.Recording, new SessionNotes(File(), TimeSpan.FromMinutes(15)).Found is not null);
        }
    }

    [Fact]
    public async Task Notes_reach_the_disk_in_their_order()
    {
        var notes = new SessionNotes(File(), TimeSpan.FromMinutes(15));
        var first = notes.Keep(new SessionNote(TakeBench.Id(), [CameraId.Left], SessionNoteState.Recording));
        var second = notes.Keep(new SessionNote(TakeBench.Id(), [CameraId.Left], SessionNoteState.Ended));
        await Task.WhenAll(first, second).WaitAsync(TakeBench.Timeout);
        Assert.Equal(SessionNoteState.Ended, File().Read()!.State);
    }

    private SessionNoteFile File() => new(Options.Create(bench.Storage), bench.Files, NullLogger<SessionNoteFile>.Instance);
}
