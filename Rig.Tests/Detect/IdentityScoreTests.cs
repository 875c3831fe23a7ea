using Rig.Rehearsal.Truth;

namespace Rig.Tests.Detect;

public sealed class IdentityScoreTests
{
    [Fact]
    public void Whoever_keeps_his_id_scores_fully() => Assert.Equal(1, Score(frame => (7, 8)), 6);

    [Fact]
    public void Two_people_who_swap_ids_half_way_score_half() => Assert.Equal(0.5, Score(frame => frame < 10 ? (7, 8) : (8, 7)), 6);

    [Fact]
    public void A_new_id_half_way_costs_its_person_half() => Assert.Equal(0.75, Score(frame => frame < 10 ? (7, 8) : (7, 9)), 6);

    [Fact]
    public void Nothing_to_find_scores_nothing() => Assert.Equal(0, new IdentityScore().Idf1());

    private static double Score(Func<int, (int First, int Second)> ids)
    {
        var score = new IdentityScore();
        for (var frame = 0; frame < 20; frame++)
        {
            var (first, second) = ids(frame);
            score.Add([(1, 10, 10), (2, 50, 30)], [(first, 10.5, 10), (second, 50, 30.4)]);
        }

        return score.Idf1();
    }
}
