using Rig.Rehearsal.Demo;
using Rig.Tests.Support;

namespace Rig.Tests.Rehearsal;

/// <summary>Files are found as cameras and phones name them.</summary>
public sealed class DemoFootageTests : IDisposable
{
    private readonly TempFolder folder = new();

    [Theory]
    [InlineData("left.mp4", "right.mp4")]
    [InlineData("LEFT.MP4", "RIGHT.MP4")]
    [InlineData("Left_GX010042.MOV", "right_00001.MTS")]
    [InlineData("left_camera.Mkv", "Right.ts")]
    public void Capitals_and_containers_do_not_matter(string left, string right)
    {
        Write(left, right, "left.txt", "notes.mp4");

        var found = FootageFolder.Find(folder.Path);

        Assert.Equal([("CAM_L", folder.File(left)), ("CAM_R", folder.File(right))], found.Select(camera => (camera.CameraId, camera.VideoFile)));
    }

    [Fact]
    public void What_lies_beside_the_files_is_found_in_capitals_too()
    {
        Write("LEFT.MP4", "RIGHT.MP4", "Left_Keypoints.XML");
        Directory.CreateDirectory(folder.File("LEFT_CHECKERBOARD_images"));

        var left = FootageFolder.Find(folder.Path)[0];

        Assert.Equal((folder.File("LEFT_CHECKERBOARD_images"), folder.File("Left_Keypoints.XML")), (left.CheckerboardFolder, left.PitchPointsFile));
    }

    [Fact]
    public void A_folder_without_them_is_told_what_would_do()
    {
        Write("left.mp4", "right.txt");

        var failure = Assert.Throws<DemoException>(() => FootageFolder.Find(folder.Path));

        Assert.Contains(".mkv", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Capitals do not matter", failure.Message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private void Write(params string[] names)
    {
        foreach (var name in names)
        {
            File.WriteAllText(folder.File(name), "");
        }
    }
}
