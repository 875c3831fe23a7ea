namespace Rig.Ingest.Detect;

/// <summary>A person in one picture.</summary>
/// <param name="FootU">Where the feet stand, pixels.</param>
/// <param name="X">The same on the ground, metres.</param>
/// <param name="Fill">Share of an expected person's area that was seen.</param>
/// <param name="Shirt">Mean colour around the chest.</param>
/// <param name="Vouched">Whether the learned detector sees him as well; null where it was not asked or cannot say.</param>
internal readonly record struct Person(double FootU, double FootV, double Left, double Top, double Width, double Height, double X, double Y, double Fill, Shirt Shirt, bool? Vouched = null);

internal readonly record struct Shirt(double Y, double U, double V)
{
    /// <summary>Distance between colours; brightness counts less, for it changes with the light.</summary>
    public double DistanceTo(Shirt other)
    {
        var (y, u, v) = ((Y - other.Y) * 0.35, U - other.U, V - other.V);
        return Math.Sqrt((y * y) + (u * u) + (v * v));
    }
}

/// <summary>
/// Takes people out of the foreground, the foremost first: the lowest pixels of a blob are somebody's feet, for nobody stands
/// before him; his body's pixels are taken away and what remains is looked at again.
/// </summary>
internal sealed class PlayerFinder(PitchView view)
{
    /// <summary>A standing or running person covers about this share of his height squared.</summary>
    private const double BodyShare = 0.19;
    private const double FillMin = 0.3;
    private const double HeightPxMin = 7;

    public List<Person> Find(IReadOnlyList<Blob> blobs, PanoramaFrame picture)
    {
        var people = new List<Person>();
        foreach (var cluster in Cluster(blobs))
        {
            Peel(cluster, picture, people);
        }

        return people;
    }

    /// <summary>Joins pieces of one body: blobs that a small part of a person's height parts.</summary>
    private List<Blob> Cluster(IReadOnlyList<Blob> blobs)
    {
        var clusters = blobs.Where(blob => blob.Area > 2).OrderByDescending(blob => blob.Bottom).ToList();
        for (var index = 0; index < clusters.Count; index++)
        {
            var blob = clusters[index];
            var height = view.PersonPx(blob.CenterU, blob.Bottom);
            for (var other = clusters.Count - 1; other > index; other--)
            {
                var piece = clusters[other];
                var near = piece.Left < blob.Right + (height * 0.04) && piece.Right > blob.Left - (height * 0.04)
                    && piece.Bottom > blob.Top - (height * 0.12) && piece.Bottom > blob.Bottom - (height * 1.1);
                if (near && height > 0)
                {
                    blob.Add(piece);
                    clusters.RemoveAt(other);
                    other = clusters.Count;
                }
            }
        }

        return clusters;
    }

    private void Peel(Blob blob, PanoramaFrame picture, List<Person> people)
    {
        var left = new Remainder(blob);
        while (left.Lowest() is { } lowest)
        {
            var height = view.PersonPx(lowest.U, lowest.V);
            if (height < HeightPxMin)
            {
                // Above the pitch's far edge: nobody who counts stands there.
                left.ClearRow(lowest.Row);
                continue;
            }

            var footRow = lowest.V;
            var center = left.BestColumn(lowest.U, footRow, height);
            var top = left.Top(center, footRow, height);
            var seenHeight = footRow - top;
            var hiddenFeet = seenHeight < height * 0.75 && left.WasCut(center, footRow, height);
            if (hiddenFeet)
            {
                footRow = Math.Max(footRow, view.FeetRow(center, top));
                height = Math.Max(HeightPxMin, view.PersonPx(center, footRow));
            }

            var taken = left.Take(center, footRow, height, out var meanU);
            var fill = taken / (BodyShare * height * height);
            var tallEnough = seenHeight > height * (hiddenFeet ? 0.25 : 0.5);
            if (fill >= FillMin && tallEnough && view.TryToGround(meanU, footRow, out var x, out var y) && view.IsOnPitch(x, y))
            {
                var shirt = ShirtOf(picture, blob, meanU, footRow, height);
                people.Add(new Person(meanU, footRow, center - (height * 0.2), footRow - height, height * 0.4, height, x, y, Math.Min(1.5, fill), shirt));
            }
        }
    }

    /// <summary>Mean colour of the foreground between belly and shoulders.</summary>
    private static Shirt ShirtOf(PanoramaFrame picture, Blob blob, double u, double footRow, double height)
    {
        var (top, bottom) = (footRow - (height * 0.82), footRow - (height * 0.58));
        var (from, to) = ((int)(u - (height * 0.13)), (int)(u + (height * 0.13)) + 1);
        double sumY = 0, sumU = 0, sumV = 0;
        var count = 0;
        foreach (var run in blob.Runs)
        {
            if (run.Y < top || run.Y > bottom)
            {
                continue;
            }

            for (var x = Math.Max(run.From, from); x < Math.Min(run.To, to); x++)
            {
                var chroma = picture.ChromaIndex(x, run.Y);
                sumY += picture.Y[(run.Y * picture.Width) + x];
                sumU += picture.U[chroma];
                sumV += picture.V[chroma];
                count++;
            }
        }

        return count == 0 ? new Shirt(128, 128, 128) : new Shirt(sumY / count, sumU / count, sumV / count);
    }
}
