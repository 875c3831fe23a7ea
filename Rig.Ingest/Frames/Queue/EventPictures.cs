using OpenCvSharp;
using Rig.Domain.Frames;

namespace Rig.Ingest.Frames;

/// <summary>Makes the pictures that stay with an event.</summary>
internal sealed class EventPictures(FrameFiles files, AnalysisTable table)
{
    private const int ThumbWidth = 320;
    private const int Quality = 88;

    /// <summary>Of the picture's width: faces and hands are no longer to be recognised.</summary>
    private const double BlurShare = 0.04;

    /// <summary>Every picture is durable on disk when this returns. One whose file is gone is left out.</summary>
    public async Task<IReadOnlyList<StoredImage>> StoreAsync(DeviceId device, IReadOnlyList<IDeltaEffect> effects, DeviceSetting setting, CancellationToken cancellationToken)
    {
        var wanted = effects.SelectMany(effect => effect switch
        {
            EventBegan began => began.Images.Select(image => (began.EventId, began.StartedAt, Role: image.Key, Capture: image.Value)),
            InteractionEnded ended => ended.Images.Select(image => (ended.EventId, ended.StartedAt, Role: image.Key, Capture: image.Value)),
            _ => [],
        }).ToList();
        if (wanted.Count == 0)
        {
            return [];
        }

        var uris = await table.UrisAsync(wanted.Select(image => image.Capture), cancellationToken);
        var stored = new List<StoredImage>();
        foreach (var image in wanted)
        {
            if (uris.TryGetValue(image.Capture, out var uri) && await files.ReadAsync(uri, cancellationToken) is { } jpeg)
            {
                var target = FrameFiles.EventUri(device, image.StartedAt, image.EventId, image.Role);
                files.WriteSynced(target, Make(jpeg, image.Role == ImageRole.Thumb, setting));
                stored.Add(new StoredImage(image.EventId, image.Role, image.Capture, target));
            }
        }

        return stored;
    }

    private static byte[] Make(byte[] jpeg, bool thumb, DeviceSetting setting)
    {
        if (!thumb && !setting.Settings.BlurOutsideInventoryRoi)
        {
            return jpeg;
        }

        using var picture = Cv2.ImDecode(jpeg, ImreadModes.Color);
        if (picture.Empty())
        {
            return jpeg;
        }

        if (setting.Settings.BlurOutsideInventoryRoi)
        {
            Blur(picture, setting.Regions.Inventory);
        }

        using var small = new Mat();
        var shown = picture;
        if (thumb && picture.Width > ThumbWidth)
        {
            Cv2.Resize(picture, small, new Size(ThumbWidth, Math.Max(1, picture.Height * ThumbWidth / picture.Width)), interpolation: InterpolationFlags.Area);
            shown = small;
        }

        return shown.ImEncode(".jpg", new ImageEncodingParam(ImwriteFlags.JpegQuality, Quality));
    }

    private static void Blur(Mat picture, Region kept)
    {
        var inside = new Rect(
            (int)(kept.X * picture.Width), (int)(kept.Y * picture.Height), Math.Max(1, (int)(kept.W * picture.Width)), Math.Max(1, (int)(kept.H * picture.Height)))
            .Intersect(new Rect(0, 0, picture.Width, picture.Height));
        var size = (int)(picture.Width * BlurShare) | 1;
        using var blurred = new Mat();

        // Shrunk first: what is blurred cannot be sharpened again.
        using var coarse = new Mat();
        Cv2.Resize(picture, coarse, new Size(Math.Max(8, picture.Width / 16), Math.Max(8, picture.Height / 16)), interpolation: InterpolationFlags.Area);
        Cv2.Resize(coarse, blurred, picture.Size(), interpolation: InterpolationFlags.Linear);
        Cv2.GaussianBlur(blurred, blurred, new Size(size, size), 0);
        using (var from = new Mat(picture, inside))
        using (var to = new Mat(blurred, inside))
        {
            from.CopyTo(to);
        }

        blurred.CopyTo(picture);
    }
}
